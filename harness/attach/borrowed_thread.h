// A thread of another process that is stopped and made to do something for
// us, and then goes on as if nothing had been: all its registers, its signal
// mask and the system call that it was in.
//
// No signal is used, so that the service's handlers and masks do not matter:
// a borrowed thread that is done runs into a system call, which ptrace(2)
// stops before the kernel looks at it. Should nobody be there to stop it, the
// call comes to nothing and the thread goes back by itself (way_back.h).
#pragma once

#include <sys/types.h>
#include <sys/user.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/attach/way_back.h"
#include "tidemark/result.h"

namespace tidemark::attach {

// Used within as_tracer(). Destruction lets the thread go.
class BorrowedThread {
 public:
  // Stops the thread. Null if it is not to be had: it has ended, or it does
  // not come to a stop in a while (is_late()), and may be asked for again.
  // kEnvironment with the kernel's reason otherwise.
  static Result<std::unique_ptr<BorrowedThread>> stop(pid_t tid);

  ~BorrowedThread();
  BorrowedThread(const BorrowedThread&) = delete;
  BorrowedThread& operator=(const BorrowedThread&) = delete;

  pid_t tid() const { return tid_; }
  // The system call it is in; -1 if it runs its own code.
  long system_call() const;
  std::uint64_t stack_pointer() const { return before_.rsp; }
  std::uint64_t instruction() const { return before_.rip; }
  const user_regs_struct& registers() const { return before_; }
  const std::vector<unsigned char>& vectors() const { return vectors_; }

  // Only this thread is resumed for it; the others run on.
  Result<std::int64_t> do_system_call(const ReturnCode& code, long number,
                                      std::array<std::uint64_t, 6> arguments);
  // Calls a function on a stack that ends below `stack`, with at most two
  // arguments. An error if it crashed; the thread is then put back to where it
  // was all the same. An error, too, if it takes longer than `at_most`: a
  // thread that only waits for the loader's lock is put back, any other goes
  // on with the call and then back by itself.
  Result<std::uint64_t> call(const ReturnCode& code, std::uint64_t function,
                             std::array<std::uint64_t, 2> arguments,
                             std::uint64_t stack,
                             std::chrono::milliseconds at_most);

  // It needs its stack after we have gone.
  bool goes_on_by_itself() const { return by_itself_; }

 private:
  explicit BorrowedThread(pid_t tid) : tid_(tid) {}
  Status wait_for_stop(int& status, std::chrono::milliseconds at_most);
  Status remember();
  Status put_back();
  bool make_again(user_regs_struct& regs) const;
  Status lay_stack(const ReturnCode& code, std::uint64_t top,
                   std::uint64_t end);
  Status run_until(std::uint64_t instruction, std::uint64_t stack,
                   std::chrono::milliseconds at_most, user_regs_struct& found);
  tl::unexpected<Error> overdue(std::chrono::milliseconds at_most);
  void let_go();

  pid_t tid_;
  bool stopped_ = false;
  bool by_itself_ = false;
  bool has_way_back_ = false;
  user_regs_struct before_{};
  std::vector<unsigned char> vectors_;  // the state of FPU, SSE, AVX
  std::uint64_t mask_ = 0;
  bool used_ = false;
  bool gone_ = false;
};

}  // namespace tidemark::attach
