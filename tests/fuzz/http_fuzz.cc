// Bytes from a service and from a client, read by the HTTP conversation and
// by the stand-in's responder: nothing may crash, grow without end, or depend
// on where the bytes are cut. And whatever comes back after a provocation is
// described in short and printable words.
//
// The first byte chooses, see corpus_story(); bits 5 and above are free.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "drivers/common/random.h"
#include "tests/unit/drivers/http/story.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using tidemark::http_test::corpus_story;
  if (size == 0) return 0;
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  tidemark::Random random(data[size - 1]);
  const std::string whole = corpus_story(file, [=] { return size; });
  const std::string pieces =
      corpus_story(file, [&] { return 1 + random.below(8); });
  if (whole != pieces) std::abort();  // it matters where the bytes are cut
  const std::string words =
      tidemark::http_test::protocol_for()->describe_answer(file.substr(1));
  const bool clean = std::all_of(words.begin(), words.end(),
                                 [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!clean || words.size() > 40 || words.empty() != (size == 1)) std::abort();
  return 0;
}
