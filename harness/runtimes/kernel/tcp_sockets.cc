#include "harness/runtimes/kernel/tcp_sockets.h"

#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "harness/base/text_file.h"
#include "harness/runtimes/kernel/network.h"

namespace tidemark::kernel {
namespace {

// The kernel fills datagrams of at most this size for a dump.
constexpr std::size_t kDatagram = 64 * 1024;
constexpr timeval kPatience{2, 0};

// Sockets in these states belong to no process, and after a round of churn
// there are tens of thousands of them.
constexpr std::uint32_t kUnheld =
    1u << static_cast<unsigned>(TcpState::kTimeWait) |
    1u << static_cast<unsigned>(TcpState::kNewSynReceived);

tl::unexpected<Error> refused(int cause) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("the kernel does not list TCP sockets: {}",
                          std::strerror(cause)));
}

void append(std::vector<TcpSocket>& all, const std::vector<TcpSocket>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

std::vector<TcpSocket> read_net_tcp(pid_t pid) {
  std::vector<TcpSocket> sockets;
  for (const char* file : {"tcp", "tcp6"}) {
    const Result<std::string> text =
        read_file(fmt::format("/proc/{}/net/{}", pid, file));
    if (text) append(sockets, parse_net_tcp(*text));
  }
  return sockets;
}

Result<std::vector<TcpSocket>> TcpSockets::list(
    const std::vector<pid_t>& processes) {
  const std::string ours = own_network();
  std::vector<TcpSocket> sockets;
  for (const pid_t pid : one_per_network(processes)) {
    if (network_of(pid) == ours && !refused_) {
      Result<std::vector<TcpSocket>> dumped = dump();
      if (dumped) {
        append(sockets, *dumped);
        continue;
      }
      refused_ = true;
    }
    append(sockets, read_net_tcp(pid));
  }
  return sockets;
}

Result<std::vector<TcpSocket>> TcpSockets::dump() {
  std::vector<TcpSocket> sockets;
  for (const int family : {AF_INET, AF_INET6}) {
    const Status status = dump_family(family, sockets);
    if (!status) {
      // What is left of the answer would be taken for the next one.
      netlink_.reset();
      return fail(status.error());
    }
  }
  return sockets;
}

Status TcpSockets::dump_family(int family, std::vector<TcpSocket>& sockets) {
  if (!netlink_) {
    netlink_.reset(
        ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    if (!netlink_) return refused(errno);
    ::setsockopt(netlink_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience,
                 sizeof kPatience);
  }
  struct {
    nlmsghdr header;
    inet_diag_req_v2 body;
  } request = {};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = static_cast<std::uint8_t>(family);
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = ~kUnheld;
  if (::send(netlink_.get(), &request, sizeof request, 0) < 0) {
    return refused(errno);
  }
  std::array<std::byte, kDatagram> buffer;
  while (true) {
    const ssize_t got = ::recv(netlink_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused(errno);
    const DiagDatagram datagram = parse_inet_diag(
        std::span(buffer.data(), static_cast<std::size_t>(got)));
    // A kernel without IPv6 has no such family: no sockets of it either.
    if (datagram.error && !(family == AF_INET6 && *datagram.error == ENOENT)) {
      return refused(*datagram.error);
    }
    append(sockets, datagram.sockets);
    if (datagram.done) return {};
  }
}

}  // namespace tidemark::kernel
