// Whether a stopped thread may be borrowed to load a library: it must not be
// inside the allocator, the dynamic loader or a part of libc that holds a
// lock, since loading needs them.
#pragma once

#include <string>
#include <vector>

namespace tidemark::attach {

// One function that a thread is in.
struct StackFunction {
  std::string module;  // file name alone
  std::string name;    // empty if unknown
};

struct ThreadStack {
  std::vector<StackFunction> functions;  // innermost first
  bool complete = false;                 // down to where the thread began
};

// `system_call`: the one it is waiting in, -1 if none.
bool is_safe_place(const ThreadStack& stack, long system_call);

}  // namespace tidemark::attach
