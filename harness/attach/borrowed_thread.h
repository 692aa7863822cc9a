// A thread of another process that is stopped and made to do something for
// us, and then goes on as if nothing had been: all its registers, its signal
// mask and the system call that it was in.
//
// No signal is used, so that the service's handlers and masks do not matter:
// a borrowed thread that is done runs into a system call, which ptrace(2)
// stops before the kernel looks at it.
#pragma once

#include <sys/types.h>
#include <sys/user.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tidemark/result.h"

namespace tidemark::attach {

// Used from the one thread that made it. Destruction lets the thread go.
class BorrowedThread {
 public:
  // Stops the thread. kEnvironment with the kernel's reason otherwise.
  static Result<std::unique_ptr<BorrowedThread>> stop(pid_t tid);

  ~BorrowedThread();
  BorrowedThread(const BorrowedThread&) = delete;
  BorrowedThread& operator=(const BorrowedThread&) = delete;

  pid_t tid() const { return tid_; }
  // The system call it is in; -1 if it runs its own code.
  long system_call() const;
  std::uint64_t stack_pointer() const { return before_.rsp; }
  std::uint64_t instruction() const { return before_.rip; }

  // Both need the address of a `syscall` instruction in the process.
  // All but the last resume only this thread; the others run on.
  Result<std::int64_t> do_system_call(std::uint64_t instruction, long number,
                                      std::array<std::uint64_t, 6> arguments);
  // Calls a function on a stack that ends below `stack`, with at most two
  // arguments. An error if it crashed or took too long; the thread is then
  // put back to where it was all the same.
  Result<std::uint64_t> call(std::uint64_t instruction, std::uint64_t function,
                             std::array<std::uint64_t, 2> arguments,
                             std::uint64_t stack);

 private:
  explicit BorrowedThread(pid_t tid) : tid_(tid) {}
  Status wait_for_stop(int& status, std::chrono::milliseconds at_most);
  Status remember();
  Status put_back();
  Status run_until(std::uint64_t instruction, std::uint64_t stack,
                   user_regs_struct& found);
  void let_go();

  pid_t tid_;
  user_regs_struct before_{};
  std::vector<unsigned char> vectors_;  // the state of FPU, SSE, AVX
  std::uint64_t mask_ = 0;
  bool used_ = false;
  bool gone_ = false;
};

}  // namespace tidemark::attach
