// Whatever a service answers to a provocation, it is described in short and
// printable words.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "drivers/websocket/answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string words = tidemark::websocket::describe_answer(
      {reinterpret_cast<const char*>(data), size});
  const bool clean = std::all_of(words.begin(), words.end(),
                                 [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!clean || words.size() > 400 || (words.empty() && size > 0)) std::abort();
  return 0;
}
