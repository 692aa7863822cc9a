// Stacks of stopped threads of another process, by their unwind information.
#pragma once

#include <elfutils/libdwfl.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "harness/attach/safe_place.h"
#include "tidemark/result.h"

namespace tidemark::attach {

class StackWalker {
 public:
  static Result<std::unique_ptr<StackWalker>> of(pid_t pid);
  ~StackWalker();
  StackWalker(const StackWalker&) = delete;
  StackWalker& operator=(const StackWalker&) = delete;

  // REQUIRES: the caller has stopped the thread by ptrace.
  ThreadStack walk(pid_t tid);

  // Whether the thread is inside [begin, end), by its frames, and where those
  // end too early, by any word of its stack above.
  bool is_inside(pid_t tid, std::uint64_t stack_pointer, std::uint64_t begin,
                 std::uint64_t end);

 private:
  StackWalker(pid_t pid, Dwfl* dwfl) : pid_(pid), dwfl_(dwfl) {}

  pid_t pid_;
  Dwfl* dwfl_;
};

}  // namespace tidemark::attach
