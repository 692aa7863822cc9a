// The beginning of an ELF file, as hostile bytes.
#include <cstdlib>

#include "harness/runtimes/native/program_headers.h"
#include "harness/runtimes/native/stack_frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data),
                                   size);
  ends_with_call(bytes);
  if (auto headers = parse_program_headers(bytes))
    for (const MemoryRange& range : headers->writable)
      if (range.from > range.to || range.to > headers->end) abort();
  return 0;
}
