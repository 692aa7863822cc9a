#include "harness/runtimes/jvm/patience.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace tidemark::jvm {
namespace {

// Whoever presses Ctrl-C does not wait for longer.
constexpr std::chrono::milliseconds kSlice(200);

}  // namespace

Status Patience::left() const {
  if (cancelled_ && cancelled_())
    return fail(ErrorKind::kInterrupted, "interrupted");
  if (clock_.now() >= until_)
    return fail(ErrorKind::kEnvironment, "its time is over");
  return {};
}

Status Patience::wait_for(const Fd& fd, short events) const {
  while (true) {
    TIDEMARK_TRY(left());
    const auto slice = std::min(
        kSlice,
        std::chrono::ceil<std::chrono::milliseconds>(until_ - clock_.now()));
    pollfd entry{fd.get(), events, 0};
    const int ready = ::poll(
        &entry, 1, static_cast<int>(std::max<std::int64_t>(slice.count(), 0)));
    if (ready > 0 || (ready < 0 && errno != EINTR)) return {};
  }
}

}  // namespace tidemark::jvm
