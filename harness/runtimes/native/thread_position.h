// Where the threads of a process stand in their stacks, as far as the kernel
// tells without stopping them.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

struct ThreadPosition {
  pid_t tid = 0;
  std::string name;
  // Absent while it runs: then nothing is known.
  std::optional<std::uint64_t> stack_pointer;
  std::uint64_t program_counter = 0;
  // The arguments of the system call it is blocked in: rdi, rsi, rdx, r10,
  // r8, r9. Its other registers are not to be had without stopping it: what
  // only rbx, rbp, r12–r15 or a vector register point to is not seen, unless
  // a frame above has saved them on the stack.
  std::vector<std::uint64_t> arguments;

  bool operator==(const ThreadPosition&) const = default;
};

// "rdi" … by their place among the arguments.
const char* argument_register(std::size_t index);

// The text of /proc/PID/task/TID/syscall; tid and name are left empty. A text
// not of its form is that of a running thread.
ThreadPosition parse_thread_syscall(std::string_view text);

// Threads that end meanwhile are left out. By tid.
std::vector<ThreadPosition> thread_positions(pid_t pid);

// What held all the time between two looks: threads of both, with the lower
// of two stack pointers and the arguments of both; unknown if either look
// found the thread running.
std::vector<ThreadPosition> between(std::vector<ThreadPosition> before,
                                    const std::vector<ThreadPosition>& after);

}  // namespace tidemark
