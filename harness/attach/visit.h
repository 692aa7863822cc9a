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
  // Waits until a thread comes to a safe place.
  static Result<std::unique_ptr<Visit>> begin(
      pid_t pid, std::chrono::milliseconds at_most);

  // The thread goes on with what it did.
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  // Each text replaces the one before.
  Result<std::uint64_t> call(std::uint64_t function, std::uint64_t first = 0,
                             std::uint64_t second = 0);
  Result<std::uint64_t> call(std::uint64_t function, const std::string& first,
                             std::uint64_t second = 0);
  std::string read_text(std::uint64_t address) const;

 private:
  Visit(pid_t pid, std::unique_ptr<BorrowedThread> thread,
        std::uint64_t instruction)
      : pid_(pid), thread_(std::move(thread)), instruction_(instruction) {}
  Status make_room();

  pid_t pid_;
  std::unique_ptr<BorrowedThread> thread_;
  std::uint64_t instruction_;  // `syscall`
  std::uint64_t room_ = 0;
};

}  // namespace tidemark::attach
