// Whatever a symbol table calls a function or a module: never a crash, and a
// name of something is never nothing.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/base/steady_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (tidemark::steady_name(text).empty() != text.empty()) std::abort();
  if (tidemark::steady_module(text).size() > text.size()) std::abort();
  return 0;
}
