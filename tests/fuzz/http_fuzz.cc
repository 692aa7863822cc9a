// Bytes from a service and from a client, read by the HTTP conversation and
// by the stand-in's responder: nothing may crash, grow without end, or depend
// on where the bytes are cut.
//
// The first byte chooses, see corpus_story(); bits 5 and above are free.
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
  (void)tidemark::http_test::protocol_for()->describe_answer(file.substr(1));
  return 0;
}
