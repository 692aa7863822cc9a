#include "harness/target/service_processes.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "harness/base/fd.h"

namespace tidemark {
namespace {

bool contains(const KnownProcesses& known, const ProcessEntry& entry) {
  const auto found = known.find(entry.pid);
  return found != known.end() && found->second == entry.start_time;
}

bool is_running(const ProcessEntry& process) {
  const std::optional<ProcessEntry> now = process_entry(process.pid);
  return now && now->start_time == process.start_time && !now->dead();
}

int milliseconds_until(std::chrono::steady_clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      end - std::chrono::steady_clock::now());
  constexpr std::int64_t kLongest = 1'000'000;
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, kLongest));
}

bool wait_for_end_of(const ProcessEntry& process,
                     std::chrono::steady_clock::time_point end) {
  // A kernel without pidfd is asked again and again instead.
  constexpr int kSliceMilliseconds = 10;
  while (is_running(process)) {
    const int left = milliseconds_until(end);
    if (left == 0) return false;
    // glibc 2.36 declares pidfd_open() without C linkage.
    const Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
    pollfd wait{fd.get(), POLLIN, 0};
    ::poll(&wait, 1, fd ? left : std::min(left, kSliceMilliseconds));
  }
  return true;
}

}  // namespace

ServiceProcesses::ServiceProcesses(std::string mark)
    : mark_(std::move(mark)), self_(::getpid()), own_session_(::getsid(0)) {
  for (const ProcessEntry& entry : list_processes()) {
    if (entry.parent == self_) helpers_[entry.pid] = entry.start_time;
  }
}

void ServiceProcesses::add_main(pid_t pid) {
  const std::optional<ProcessEntry> entry = process_entry(pid);
  if (entry) known_[pid] = entry->start_time;
}

std::vector<ProcessEntry> ServiceProcesses::look(pid_t main) {
  const std::vector<ProcessEntry> all = list_processes();
  const std::set<pid_t> members = members_among(all);
  known_.clear();
  sessions_.clear();
  std::vector<ProcessEntry> live;
  for (const ProcessEntry& entry : all) {
    if (!members.contains(entry.pid)) continue;
    if (entry.dead() && entry.parent == self_ && entry.pid != main) {
      ::waitpid(entry.pid, nullptr, WNOHANG);
      continue;
    }
    known_[entry.pid] = entry.start_time;
    if (entry.session != own_session_) sessions_.insert(entry.session);
    if (!entry.dead()) live.push_back(entry);
  }
  std::sort(live.begin(), live.end(),
            [](const ProcessEntry& a, const ProcessEntry& b) {
              return std::pair(a.start_time, a.pid) <
                     std::pair(b.start_time, b.pid);
            });
  return live;
}

std::set<pid_t> ServiceProcesses::members_among(
    const std::vector<ProcessEntry>& all) {
  std::set<pid_t> members;
  KnownProcesses still_unmarked;
  for (const ProcessEntry& entry : all) {
    if (entry.pid == self_) continue;
    if (is_seed(entry)) {
      members.insert(entry.pid);
    } else if (contains(unmarked_, entry)) {
      still_unmarked.insert({entry.pid, entry.start_time});
    }
  }
  unmarked_ = std::move(still_unmarked);
  for (const pid_t seed : std::set<pid_t>(members)) {
    for (const pid_t pid : descendants(all, seed)) {
      if (pid != self_) members.insert(pid);
    }
  }
  return members;
}

bool ServiceProcesses::is_seed(const ProcessEntry& entry) {
  if (contains(known_, entry) || sessions_.contains(entry.session)) {
    return true;
  }
  if (adopting_ && entry.parent == self_ && !contains(helpers_, entry)) {
    return true;
  }
  return !entry.dead() && is_marked(entry);
}

// Reading every environment of the machine at each look is dear: who does not
// have the mark will not get it, except by an exec, and then the parent had
// it.
bool ServiceProcesses::is_marked(const ProcessEntry& entry) {
  if (contains(unmarked_, entry)) return false;
  if (has_environment_entry(entry.pid, mark_)) return true;
  unmarked_[entry.pid] = entry.start_time;
  return false;
}

bool wait_for_end(const std::vector<ProcessEntry>& processes,
                  std::chrono::nanoseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  return std::all_of(processes.begin(), processes.end(),
                     [end](const ProcessEntry& process) {
                       return wait_for_end_of(process, end);
                     });
}

}  // namespace tidemark
