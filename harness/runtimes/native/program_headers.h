// What of a loaded file's memory its program may write. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/runtimes/native/memory_map.h"

namespace tidemark {

// In the ELF's own addresses: add the load bias.
struct ProgramHeaders {
  std::uint64_t first = 0;            // of the lowest segment, a page's start
  std::uint64_t end = 0;              // of the highest
  std::vector<MemoryRange> writable;  // .data and .bss
  MemoryRange dynamic;                // empty: none
  MemoryRange thread_local_image;     // what a thread's storage starts as

  bool operator==(const ProgramHeaders&) const = default;
};

// From an ELF file's beginning: its header and, within the same bytes, its
// program headers. Empty when it is not a 64-bit ELF file.
std::optional<ProgramHeaders> parse_program_headers(
    std::span<const std::byte> beginning);

}  // namespace tidemark
