#include "harness/attach/waiting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>

#include "harness/base/status_file.h"
#include "harness/base/text_file.h"

namespace tidemark::attach {

Waiting::Waiting(std::chrono::milliseconds at_most)
    : end_(std::chrono::steady_clock::now() + at_most) {}

bool Waiting::again() {
  if (std::chrono::steady_clock::now() >= end_) return false;
  std::this_thread::sleep_for(pause_);
  pause_ = std::clamp(pause_ * 2, std::chrono::microseconds(20),
                      std::chrono::microseconds(2000));
  return true;
}

bool has_signal_pending(pid_t tid) {
  const Result<std::string> text =
      read_file(fmt::format("/proc/{}/status", tid));
  if (!text) return false;
  const std::uint64_t pending =
      status_number(*text, "SigPnd", 16) | status_number(*text, "ShdPnd", 16);
  return (pending & ~status_number(*text, "SigBlk", 16)) != 0;
}

}  // namespace tidemark::attach
