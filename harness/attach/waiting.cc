#include "harness/attach/waiting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
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

bool is_ending(pid_t tid) {
  constexpr unsigned long kExiting = 4;  // PF_EXITING of the kernel
  const Result<std::string> text = read_file(fmt::format("/proc/{}/stat", tid));
  if (!text) return true;
  // Behind the name: state, parent, group, session, terminal, its group, flags.
  const std::size_t name = text->rfind(')');
  if (name == std::string::npos) return true;
  char state = 0;
  unsigned long flags = 0;
  if (std::sscanf(text->c_str() + name + 1, " %c %*d %*d %*d %*d %*d %lu",
                  &state, &flags) != 2)
    return true;
  return state == 'Z' || state == 'X' || (flags & kExiting) != 0;
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
