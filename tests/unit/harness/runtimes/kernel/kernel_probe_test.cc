#include "harness/runtimes/kernel/kernel_probe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <latch>
#include <optional>
#include <thread>
#include <vector>

#include "harness/base/fd.h"
#include "harness/runtimes/kernel/tcp_sockets.h"
#include "tidemark/agent_protocol.h"

namespace tidemark {
namespace {

class Listener {
 public:
  Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* address = reinterpret_cast<sockaddr*>(&address_);
    EXPECT_EQ(::bind(fd_.get(), address, size), 0);
    EXPECT_EQ(::listen(fd_.get(), 64), 0);
    EXPECT_EQ(::getsockname(fd_.get(), address, &size), 0);
  }

  Fd connect() const {
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto* address = reinterpret_cast<const sockaddr*>(&address_);
    EXPECT_EQ(::connect(fd.get(), address, sizeof address_), 0);
    return fd;
  }
  Fd accept() const { return Fd(::accept(fd_.get(), nullptr, nullptr)); }
  void forget() { fd_.reset(); }
  std::uint16_t port() const { return ntohs(address_.sin_port); }

 private:
  Fd fd_;
  sockaddr_in address_ = {};
};

// A server in a process of its own, which listens until the object goes.
class Upstream {
 public:
  Upstream() {
    int ends[2] = {};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    Fd read_end(ends[0]);
    alive_ = Fd(ends[1]);
    listener_.emplace();
    child_ = ::fork();
    if (child_ != 0) {
      // The child alone is to hold the listening socket.
      listener_->forget();
      return;
    }
    alive_.reset();
    char byte;
    [[maybe_unused]] const ssize_t got = ::read(read_end.get(), &byte, 1);
    ::_exit(0);
  }
  ~Upstream() {
    alive_.reset();
    ::waitpid(child_, nullptr, 0);
  }

  std::vector<Fd> connect(int count) const {
    std::vector<Fd> sockets;
    for (int i = 0; i < count; ++i) sockets.push_back(listener_->connect());
    return sockets;
  }

 private:
  std::optional<Listener> listener_;
  Fd alive_;
  pid_t child_ = 0;
};

// At an abstract name that the kernel chooses.
class UnixListener {
 public:
  UnixListener() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sun_family = AF_UNIX;
    auto* address = reinterpret_cast<sockaddr*>(&address_);
    EXPECT_EQ(::bind(fd_.get(), address, sizeof(sa_family_t)), 0);
    EXPECT_EQ(::listen(fd_.get(), 64), 0);
    EXPECT_EQ(::getsockname(fd_.get(), address, &size_), 0);
  }

  Fd connect() const {
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto* address = reinterpret_cast<const sockaddr*>(&address_);
    EXPECT_EQ(::connect(fd.get(), address, size_), 0);
    return fd;
  }
  Fd accept() const { return Fd(::accept(fd_.get(), nullptr, nullptr)); }

 private:
  Fd fd_;
  sockaddr_un address_ = {};
  socklen_t size_ = sizeof address_;
};

class KernelProbeTest : public testing::Test {
 protected:
  std::int64_t connections() {
    return probe_->connections({::getpid()}).value().value;
  }
  KernelSample sample() { return probe_->sample({::getpid()}).value(); }

  std::unique_ptr<KernelProbe> probe_ = make_kernel_probe();
};

TEST_F(KernelProbeTest, ConnectionsAreCountedFromOpeningToTheLastClose) {
  const std::int64_t before = connections();
  const Listener listener;
  EXPECT_EQ(connections(), before);
  std::vector<Fd> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(listener.connect());
  // They wait to be accepted; the clients' own sockets are no clients' of us.
  EXPECT_EQ(connections(), before + 3);
  std::vector<Fd> served;
  for (int i = 0; i < 3; ++i) served.push_back(listener.accept());
  EXPECT_EQ(connections(), before + 3);
  clients.clear();
  EXPECT_EQ(connections(), before + 3);
  EXPECT_EQ(sample().sockets.at("CLOSE-WAIT"), Count{3});
  served.clear();
  EXPECT_EQ(connections(), before);
}

TEST_F(KernelProbeTest, ConnectionsToUpstreamsAreNotCounted) {
  const std::int64_t before = connections();
  const Upstream upstream;
  const std::vector<Fd> ours = upstream.connect(3);
  ASSERT_EQ(ours.size(), 3u);
  EXPECT_EQ(connections(), before);
  EXPECT_GE(sample().sockets.at("ESTAB"), Count{3});
}

TEST_F(KernelProbeTest, ConnectionsToAUnixListenerAreCountedUntilTheyClose) {
  const std::int64_t before = connections();
  const UnixListener listener;
  EXPECT_EQ(connections(), before);
  std::vector<Fd> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(listener.connect());
  EXPECT_EQ(connections(), before + 3);
  std::vector<Fd> served;
  for (int i = 0; i < 3; ++i) served.push_back(listener.accept());
  EXPECT_EQ(connections(), before + 3);
  clients.clear();
  EXPECT_EQ(connections(), before + 3);
  served.clear();
  EXPECT_EQ(connections(), before);
}

TEST_F(KernelProbeTest, SocketPairsAreNoConnectionsOfClients) {
  const std::int64_t before = connections();
  int ends[2] = {};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Fd one(ends[0]);
  const Fd other(ends[1]);
  EXPECT_EQ(connections(), before);
}

TEST_F(KernelProbeTest, NetlinkAndTheTextFileAgree) {
  const Listener listener;
  const Fd client = listener.connect();
  const Fd served = listener.accept();
  ASSERT_EQ(::send(client.get(), "hello", 5, 0), 5);
  const auto with_bytes = [](const std::vector<kernel::TcpSocket>& all) {
    return std::count_if(all.begin(), all.end(), [](const auto& socket) {
      return socket.inode != 0 && socket.received == Bytes{5};
    });
  };
  EXPECT_GE(with_bytes(kernel::TcpSockets().list({::getpid()}).value()), 1);
  EXPECT_GE(with_bytes(kernel::read_net_tcp(::getpid())), 1);
  const auto at_port = [&](const std::vector<kernel::TcpSocket>& all) {
    return std::count_if(all.begin(), all.end(), [&](const auto& socket) {
      return socket.local_port == listener.port() && socket.inode != 0;
    });
  };
  EXPECT_EQ(at_port(kernel::TcpSockets().list({::getpid()}).value()), 2);
  EXPECT_EQ(at_port(kernel::read_net_tcp(::getpid())), 2);
}

TEST_F(KernelProbeTest, QueuedBytesAreSummed) {
  const Listener listener;
  const Fd client = listener.connect();
  const Fd served = listener.accept();
  const Bytes before = sample().socket_queues;
  ASSERT_EQ(::send(client.get(), "hello", 5, 0), 5);
  EXPECT_GE((sample().socket_queues - before).value, 5);
}

TEST_F(KernelProbeTest, DescriptorsAreCountedByKind) {
  const FdCounts before = sample().fds;
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  const Fd read_end(ends[0]);
  const Fd write_end(ends[1]);
  const Listener listener;
  const FdCounts after = sample().fds;
  EXPECT_EQ((after.pipes - before.pipes), Count{2});
  // The probe's own netlink socket is open since the first sample.
  EXPECT_EQ((after.sockets - before.sockets), Count{1});
  EXPECT_EQ(after.files, before.files);
}

TEST_F(KernelProbeTest, TheAgentsTableIsTakenOut) {
  const KernelSample before = sample();
  constexpr std::size_t kSize = 8u << 20;
  const Fd memory(::memfd_create(agent::kMemfdName, MFD_CLOEXEC));
  ASSERT_EQ(::ftruncate(memory.get(), kSize), 0);
  // Filled by the kernel: a sanitizer would add shadow memory to stores.
  void* table = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_POPULATE, memory.get(), 0);
  ASSERT_NE(table, MAP_FAILED);
  const KernelSample after = sample();
  ::munmap(table, kSize);
  EXPECT_EQ(after.agent - before.agent, Bytes{kSize});
  EXPECT_EQ(after.fds.total(), before.fds.total());
  constexpr Bytes kHalf{kSize / 2};
  EXPECT_LT(after.rss - before.rss, kHalf);
  EXPECT_LT(after.pss - before.pss, kHalf);
  EXPECT_LT(after.private_dirty - before.private_dirty, kHalf);
}

TEST_F(KernelProbeTest, TheAgentsThreadIsNotCounted) {
  std::latch running(1);
  std::latch sampled(1);
  std::jthread thread([&] {
    running.count_down();
    sampled.wait();
  });
  running.wait();
  ::pthread_setname_np(thread.native_handle(), "worker");
  const Count as_worker = sample().threads;
  ::pthread_setname_np(thread.native_handle(), agent::kThreadName);
  const Count as_agent = sample().threads;
  sampled.count_down();
  EXPECT_EQ(as_worker - as_agent, Count{1});
}

TEST_F(KernelProbeTest, AProcessThatHasGoneIsLeftOut) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info;
  // Ended and not yet waited for: a zombie has no memory to look at.
  ASSERT_EQ(::waitid(P_PID, child, &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(probe_->sample({child, ::getpid()}).value().processes, Count{1});
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(probe_->sample({child}).value().processes, Count{0});
  EXPECT_EQ(probe_->connections({child}).value(), Count{0});
}

TEST_F(KernelProbeTest, MemoryIsSeen) {
  const KernelSample seen = sample();
  EXPECT_GT(seen.pss, Bytes{0});
  EXPECT_GE(seen.rss, seen.pss);
  EXPECT_GT(seen.page_tables, Bytes{0});
  EXPECT_EQ(seen.processes, Count{1});
}

}  // namespace
}  // namespace tidemark
