#include "harness/runtimes/native/agent_requests.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tidemark {

std::uint32_t ask_agent(SegmentReader& segment, agent::Request request) {
  agent::Command& command = segment.command();
  command.request.store(static_cast<std::uint32_t>(request));
  std::uint32_t number = command.asked.load() + 1;
  command.asked.store(number, std::memory_order_release);
  syscall(SYS_futex, &command.asked, FUTEX_WAKE, 1 << 30, nullptr, nullptr, 0);
  return number;
}

bool wait_for_agent(SegmentReader& segment, std::uint32_t asked, Clock& clock,
                    TimePoint until) {
  // A quick answer is the rule; a process that never ran a hook since the
  // agent's thread was wanted has none to answer.
  if (segment.header().agent_tid.load() == 0) return false;
  while (segment.command().answered.load(std::memory_order_acquire) != asked) {
    if (clock.now() >= until) return false;
    clock.sleep(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace tidemark
