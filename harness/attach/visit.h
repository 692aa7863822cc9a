// A visit to a running process: one of its threads is borrowed at a safe
// place, has a stack of our own for as long, and calls functions for us.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "harness/attach/borrowed_thread.h"
#include "harness/attach/stack_walker.h"
#include "harness/attach/target_module.h"
#include "tidemark/result.h"

namespace tidemark::attach {

// Threads of the process that are not the agent's and not ended.
std::vector<pid_t> threads_of(pid_t pid);

class Visit {
 public:
  // Waits until a thread comes to a safe place, so long. Each call may take
  // `for_a_call`.
  static Result<std::unique_ptr<Visit>> begin(
      pid_t pid, std::chrono::milliseconds at_most,
      std::chrono::milliseconds for_a_call);

  // The thread goes on with what it did.
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  // Each text replaces the one before. See BorrowedThread::call().
  Result<std::uint64_t> call(std::uint64_t function, std::uint64_t first = 0,
                             std::uint64_t second = 0);
  Result<std::uint64_t> call(std::uint64_t function, const std::string& first,
                             std::uint64_t second = 0);
  std::string read_text(std::uint64_t address) const;

 private:
  Visit(pid_t pid, std::unique_ptr<BorrowedThread> thread,
        const ReturnCode& code, std::chrono::milliseconds at_most)
      : pid_(pid), thread_(std::move(thread)), code_(code), at_most_(at_most) {}
  Status make_room();

  pid_t pid_;
  std::unique_ptr<BorrowedThread> thread_;
  ReturnCode code_;
  std::chrono::milliseconds at_most_;  // for a call
  std::uint64_t room_ = 0;
};

}  // namespace tidemark::attach
