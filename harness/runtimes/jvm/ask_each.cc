#include "harness/runtimes/jvm/ask_each.h"

#include "harness/base/proc_tree.h"

namespace tidemark::jvm {
namespace {

constexpr Duration kDeath = std::chrono::seconds(2);
constexpr Duration kLook = std::chrono::milliseconds(5);

}  // namespace

bool ends(pid_t pid, Clock& clock, const std::function<bool()>& cancelled) {
  const TimePoint until = clock.now() + kDeath;
  while (!is_gone(pid)) {
    if (clock.now() >= until || (cancelled && cancelled())) return false;
    clock.sleep(kLook);
  }
  return true;
}

}  // namespace tidemark::jvm
