// Whatever comes back for an illegal TLS handshake, it is described in short
// and printable words, or not at all.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "drivers/common/tls_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string words = tidemark::describe_tls_answer(
      {reinterpret_cast<const char*>(data), size});
  const bool clean = std::all_of(words.begin(), words.end(),
                                 [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!clean || words.size() > 60) std::abort();
  return 0;
}
