// The way back for a thread that was made to call a function: what the kernel
// lays on a stack for the end of a signal's handler. Where nobody is there to
// put the thread back (tidemark was killed, or the call takes too long), it
// finds the way by itself.
#pragma once

#include <sys/user.h>

#include <cstdint>
#include <vector>

namespace tidemark::attach {

// Code of the process's libc that is used for it.
struct ReturnCode {
  std::uint64_t system_call = 0;  // `syscall; ret`
  std::uint64_t restorer = 0;     // `mov $15, %rax; syscall`; 0: there is none
};

// Registers as the thread shall have them when it goes on: a system call that
// was interrupted is made again.
user_regs_struct resumed(const user_regs_struct& stopped);

// The bytes that belong at `at`, where the function's stack begins. Empty if
// they do not fit below `end`.
// REQUIRES: `at` is a multiple of 16.
std::vector<unsigned char> way_back(const ReturnCode& code, std::uint64_t at,
                                    std::uint64_t end,
                                    const user_regs_struct& regs,
                                    const std::vector<unsigned char>& vectors,
                                    std::uint64_t mask);

}  // namespace tidemark::attach
