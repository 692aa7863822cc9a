#include "harness/runtimes/native/frozen_process.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/proc_tree.h"
#include "harness/base/status_file.h"
#include "harness/base/text_file.h"
#include "harness/runtimes/native/agent_requests.h"

namespace tidemark {
namespace {

constexpr Duration kPatienceToThaw = std::chrono::seconds(5);
// A segment may claim anything; this is beyond any truth (18 minutes).
constexpr std::uint64_t kMaxPause = (1ull << 40) - 1;

tl::unexpected<Error> no_copy(pid_t service, const std::string& why,
                              const std::string& hint = {}) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("process {} cannot be copied to see who holds its "
                          "memory: {}",
                          service, why),
              hint);
}

// A filter may end the whole process for a clone() that it does not know, and
// the service is not ours to lose.
bool may_clone(pid_t service) {
  const Result<std::string> its =
      read_file(fmt::format("/proc/{}/status", service));
  const Result<std::string> ours = read_file("/proc/self/status");
  return !its || !ours || !has_filters_of_its_own(*its, *ours);
}

std::string hint_for(int error) {
  switch (error) {
    case EAGAIN:
      return "its user has as many processes as it may (ulimit -u, or the "
             "cgroup's pids.max): allow one more";
    case ENOMEM:
      return "the kernel wants room for a second process of its size: free "
             "memory, or vm.overcommit_memory = 1";
    case EPERM:
    case ENOSYS:
      return "a filter of system calls (seccomp) does not let it fork";
    default:
      return {};
  }
}

}  // namespace

bool is_copy_of(pid_t pid, pid_t service) {
  std::optional<ProcessEntry> entry = process_entry(pid);
  if (!entry || entry->parent != service) return false;
  Result<std::string> name = read_file(fmt::format("/proc/{}/comm", pid));
  return name && *name == std::string(agent::kFrozenName) + "\n";
}

Result<std::unique_ptr<FrozenProcess>> FrozenProcess::make(
    std::shared_ptr<SegmentReader> segment, pid_t service, Clock& clock,
    TimePoint until) {
  if (segment->header().agent_tid.load() == 0)
    return no_copy(service,
                   "it has allocated nothing since tidemark found it, and the "
                   "agent in it is not awake");
  if (!may_clone(service))
    return no_copy(service,
                   "it filters its own system calls (seccomp), and may be "
                   "ended for making one");
  agent::Command& command = segment->command();
  command.harness_pid.store(static_cast<std::uint32_t>(getpid()));
  // From here on its destructor ends what comes into being, however late.
  std::unique_ptr<FrozenProcess> made(
      new FrozenProcess(segment, service, clock));
  std::uint32_t asked = ask_agent(*segment, agent::Request::kFreeze);
  if (!wait_for_agent(*segment, asked, clock, until))
    return no_copy(service, "the agent in it does not answer");
  std::uint32_t pid = command.frozen_pid.load();
  if (pid == 0 || pid >= agent::kMaxPid) {
    int error = static_cast<int>(command.freeze_error.load() & 0xfff);
    if (error == ESRCH)
      return no_copy(service, "its copy was killed at once",
                     "a filter of system calls (seccomp), or somebody who "
                     "kills strange processes");
    return no_copy(service, fmt::format("fork: {}", strerror(error)),
                   hint_for(error));
  }
  pid_t copy = static_cast<pid_t>(pid);
  made->handle_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, copy, 0)));
  // The number is the segment's word: it must not make us read, let alone
  // kill, anything but a copy of this service.
  if (!made->handle_ || !is_copy_of(copy, service))
    return no_copy(service,
                   fmt::format("process {} is not a copy of it", copy));
  made->copy_ = copy;
  made->paused_ = std::chrono::nanoseconds(
      static_cast<std::int64_t>(command.freeze_nanoseconds.load() & kMaxPause));
  return made;
}

FrozenProcess::~FrozenProcess() {
  std::optional<ProcessEntry> service = process_entry(service_);
  if (!service || service->dead()) return;  // it took its copy along
  // Ended by itself: the agent, if it is still there, reaps it unasked.
  if (copy_ != 0 && !alive()) return;
  std::uint32_t asked = ask_agent(*segment_, agent::Request::kThaw);
  // The answer comes when it is reaped. A stopped service answers later.
  if (wait_for_agent(*segment_, asked, clock_, clock_.now() + kPatienceToThaw))
    return;
  if (copy_ != 0)
    syscall(SYS_pidfd_send_signal, handle_.get(), SIGKILL, nullptr, 0);
}

bool FrozenProcess::alive() const {
  pollfd ended{handle_.get(), POLLIN, 0};
  return copy_ != 0 && poll(&ended, 1, 0) == 0;
}

}  // namespace tidemark
