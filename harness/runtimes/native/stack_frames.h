// Which function a word on a stack belongs to, without unwinding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/runtimes/native/copied_memory.h"
#include "harness/runtimes/native/loaded_modules.h"

namespace tidemark {

// The nearest return address below `word`, down to `from` (the stack
// pointer): it points into the function that has the word in its frame, just
// behind a call. 0: there is none near, or the word is in the innermost
// frame. An old word between frames may look like one; then a neighbour in
// the chain of callers is named.
std::uint64_t return_address_below(const CopiedMemory& memory,
                                   const std::vector<LoadedModule>& modules,
                                   std::uint64_t from, std::uint64_t word);

// Whether bytes that end at a return address end with a call. x86-64.
bool ends_with_call(std::span<const std::byte> code);

}  // namespace tidemark
