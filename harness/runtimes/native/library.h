// Which frames are machinery rather than the service's own code, so that
// reports can fold them and name the first line a person can change. Pure.
#pragma once

#include <string_view>

#include <vector>

#include "tidemark/heap_snapshot.h"

namespace tidemark {

// Standard library, language runtime, Asio's dispatching, allocators and
// libc. `frame.library` itself is not looked at.
bool is_library_frame(const Frame& frame);

// Marks, in a whole stack (leaf first), what only its neighbours give away:
// the `allocate` of an allocator that was handed to a standard container.
void mark_allocators(std::vector<Frame>& frames);

// A demangled function's name without return type, parameters and trailing
// qualifiers: "std::vector<int> chat::make<int>(int)" → "chat::make<int>".
// A lambda keeps the function it is in.
std::string_view qualified_name(std::string_view demangled);

}  // namespace tidemark
