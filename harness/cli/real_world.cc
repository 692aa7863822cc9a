#include "harness/cli/real_world.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

namespace tidemark {
namespace {

// What the signal handler touches; it may touch little else.
std::atomic<bool> asked_to_stop{false};
int stop_event = -1;

void note_signal(int) {
  asked_to_stop.store(true);
  std::uint64_t one = 1;
  [[maybe_unused]] ssize_t written = write(stop_event, &one, sizeof one);
}

}  // namespace

SignalCancellation::SignalCancellation() {
  stop_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action = {};
  action.sa_handler = note_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
  // A reader of our output may go away; a write error tells us.
  signal(SIGPIPE, SIG_IGN);
}

SignalCancellation::~SignalCancellation() {
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  signal(SIGHUP, SIG_DFL);
  close(stop_event);
}

bool SignalCancellation::requested() const { return asked_to_stop.load(); }

int SignalCancellation::wait_fd() const { return stop_event; }

TimePoint SteadyClock::now() const {
  return std::chrono::time_point_cast<Duration>(
      std::chrono::steady_clock::now());
}

void SteadyClock::sleep(Duration d) {
  if (d <= Duration{}) return;
  timespec span;
  span.tv_sec = d / std::chrono::seconds(1);
  span.tv_nsec = (d % std::chrono::seconds(1)).count();
  pollfd stop{cancellation_.wait_fd(), POLLIN, 0};
  ppoll(&stop, 1, &span, nullptr);
}

}  // namespace tidemark
