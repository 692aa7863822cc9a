#include "harness/runtimes/kernel/kernel_probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <string>
#include <unordered_set>
#include <utility>

#include "harness/base/fd.h"
#include "harness/base/proc_tree.h"
#include "harness/base/text_file.h"
#include "harness/runtimes/kernel/network.h"
#include "harness/runtimes/kernel/parse_fd.h"
#include "harness/runtimes/kernel/parse_memory.h"
#include "harness/runtimes/kernel/parse_unix.h"
#include "harness/runtimes/kernel/tcp_sockets.h"
#include "tidemark/agent_protocol.h"

namespace tidemark {
namespace {

using kernel::MemoryFigures;
using kernel::TcpSocket;
using kernel::TcpState;
using kernel::UnixSocket;
using kernel::UnixState;
using Inodes = std::unordered_set<std::uint64_t>;

std::string agent_mapping() {
  return fmt::format("/memfd:{}", agent::kMemfdName);
}

// Calls `visit` with the target of each descriptor's link.
template <class Visit>
void for_each_fd(pid_t pid, Visit visit) {
  const std::string folder = fmt::format("/proc/{}/fd/", pid);
  std::array<char, 256> link;
  for (const int number : numbered_entries(pid, "fd")) {
    const ssize_t length = ::readlink((folder + std::to_string(number)).c_str(),
                                      link.data(), link.size());
    if (length <= 0) continue;
    visit(std::string_view(link.data(), static_cast<std::size_t>(length)));
  }
}

Count count_threads(pid_t pid) {
  Count threads;
  for (const int tid : numbered_entries(pid, "task")) {
    const Result<std::string> name =
        read_file(fmt::format("/proc/{}/task/{}/comm", pid, tid));
    if (!name) continue;
    if (*name != fmt::format("{}\n", agent::kThreadName)) threads += Count{1};
  }
  return threads;
}

// Adds the process to the sample, or leaves the sample as it is when the
// process is gone.
Status add_process(pid_t pid, KernelSample& sample, Inodes& inodes) {
  const auto file = [pid](const char* name) {
    return read_file(fmt::format("/proc/{}/{}", pid, name));
  };
  const Result<std::string> rollup = file("smaps_rollup");
  const Result<std::string> smaps = file("smaps");
  const Result<std::string> status = file("status");
  const bool complete = rollup && smaps && status;
  const std::optional<MemoryFigures> whole =
      complete ? kernel::parse_smaps_rollup(*rollup) : std::nullopt;
  if (!whole) {
    if (is_gone(pid)) return {};
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot see the memory of process {} of the "
                            "service: {}",
                            pid,
                            rollup ? "its /proc files are not readable"
                                   : rollup.error().message),
                "run tidemark as the user of the service, or as root");
  }
  const MemoryFigures agent = kernel::sum_mappings(*smaps, agent_mapping());
  sample.rss += whole->rss - agent.rss;
  sample.peak_rss += kernel::parse_peak_rss(*status) - agent.rss;
  sample.pss += whole->pss - agent.pss;
  sample.private_dirty += whole->private_dirty - agent.private_dirty;
  sample.agent += agent.rss;
  sample.page_tables += kernel::parse_page_tables(*status);
  sample.threads += count_threads(pid);
  sample.processes += Count{1};
  for_each_fd(pid, [&](std::string_view link) {
    kernel::count_fd(link, sample.fds);
    if (const auto inode = kernel::socket_inode(link)) inodes.insert(*inode);
  });
  return {};
}

// Of clients: an accepted socket has its listener's port.
Count count_served(const std::vector<TcpSocket>& sockets,
                   const Inodes& inodes) {
  Count open;
  std::unordered_set<std::uint16_t> ports;
  for (const TcpSocket& socket : sockets) {
    if (socket.state != TcpState::kListen) continue;
    if (!inodes.contains(socket.inode)) continue;
    ports.insert(socket.local_port);
    open += socket.backlog;
  }
  for (const TcpSocket& socket : sockets) {
    if (socket.state == TcpState::kListen) continue;
    if (socket.state == TcpState::kClose) continue;
    if (!ports.contains(socket.local_port)) continue;
    if (inodes.contains(socket.inode)) open += Count{1};
  }
  return open;
}

// An accepted Unix socket has its listener's name; one that waits to be
// accepted has it, too, and no inode.
Count count_served(const std::vector<UnixSocket>& sockets,
                   const Inodes& inodes) {
  std::unordered_set<std::string> names;
  for (const UnixSocket& socket : sockets) {
    if (socket.state != UnixState::kListening || socket.name.empty()) continue;
    if (inodes.contains(socket.inode)) names.insert(socket.name);
  }
  Count open;
  for (const UnixSocket& socket : sockets) {
    if (!names.contains(socket.name)) continue;
    const bool held =
        socket.state == UnixState::kConnected && inodes.contains(socket.inode);
    if (held || socket.state == UnixState::kWaiting) open += Count{1};
  }
  return open;
}

std::vector<UnixSocket> unix_sockets(const std::vector<pid_t>& processes) {
  std::vector<UnixSocket> sockets;
  for (const pid_t pid : kernel::one_per_network(processes)) {
    const Result<std::string> text =
        read_file(fmt::format("/proc/{}/net/unix", pid));
    if (!text) continue;
    for (UnixSocket& socket : kernel::parse_net_unix(*text)) {
      sockets.push_back(std::move(socket));
    }
  }
  return sockets;
}

// To the nanosecond, with the threads that have ended.
Duration cpu_time_of(pid_t pid) {
  clockid_t clock = 0;
  timespec taken{};
  if (::clock_getcpuclockid(pid, &clock) != 0 ||
      ::clock_gettime(clock, &taken) != 0)
    return {};
  return std::chrono::seconds(taken.tv_sec) +
         std::chrono::nanoseconds(taken.tv_nsec);
}

// See proc(5), clear_refs: 5 forgets the peak and nothing else.
void forget_peak_of(pid_t pid) {
  const Fd file(::open(fmt::format("/proc/{}/clear_refs", pid).c_str(),
                       O_WRONLY | O_CLOEXEC));
  // Where it cannot be forgotten the peak is of the whole run.
  if (file && ::write(file.get(), "5", 1) != 1) return;
}

class ProcKernelProbe final : public KernelProbe {
 public:
  Result<KernelSample> sample(const std::vector<pid_t>& processes) override {
    const Result<std::vector<TcpSocket>> sockets = sockets_.list(processes);
    if (!sockets) return fail(sockets.error());
    KernelSample sample;
    Inodes inodes;
    for (const pid_t pid : processes) {
      TIDEMARK_TRY(add_process(pid, sample, inodes));
    }
    for (const TcpSocket& socket : *sockets) {
      if (!inodes.contains(socket.inode)) continue;
      sample.sockets[kernel::to_word(socket.state)] += Count{1};
      sample.socket_queues += socket.received + socket.sent;
    }
    return sample;
  }

  Result<Count> connections(const std::vector<pid_t>& processes) override {
    // The sockets first: one that is accepted between the two looks is then
    // still counted, in its listener's queue.
    const Result<std::vector<TcpSocket>> sockets = sockets_.list(processes);
    if (!sockets) return fail(sockets.error());
    const std::vector<UnixSocket> local = unix_sockets(processes);
    Inodes inodes;
    for (const pid_t pid : processes) {
      for_each_fd(pid, [&](std::string_view link) {
        if (const auto inode = kernel::socket_inode(link)) {
          inodes.insert(*inode);
        }
      });
    }
    return count_served(*sockets, inodes) + count_served(local, inodes);
  }

  Duration cpu_time(const std::vector<pid_t>& processes) override {
    Duration sum{};
    for (const pid_t pid : processes) sum += cpu_time_of(pid);
    return sum;
  }

  void forget_peak(const std::vector<pid_t>& processes) override {
    for (const pid_t pid : processes) forget_peak_of(pid);
  }

 private:
  kernel::TcpSockets sockets_;
};

}  // namespace

std::unique_ptr<KernelProbe> make_kernel_probe() {
  return std::make_unique<ProcKernelProbe>();
}

}  // namespace tidemark
