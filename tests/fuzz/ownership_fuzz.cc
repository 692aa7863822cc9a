// The answer of a target that is asked for its leave: any bytes, in any
// pieces, are a file, an error, or not enough yet.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "drivers/common/ownership.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto whole = tidemark::parse_ownership_answer(text, true);
  // At its end an answer is whole or wrong, and a file is part of it.
  if (whole && (!*whole || (*whole)->size() > size)) std::abort();
  const auto early = tidemark::parse_ownership_answer(text, false);
  if (early && *early && (!whole || **early != **whole)) std::abort();
  return 0;
}
