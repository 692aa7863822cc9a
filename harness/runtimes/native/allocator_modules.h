// Which shared objects are allocators: what they map is the heap itself.
#pragma once

#include <string_view>

namespace tidemark {

bool is_allocator_module(std::string_view path);

}  // namespace tidemark
