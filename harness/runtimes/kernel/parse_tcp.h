// The kernel's list of TCP sockets, out of its two forms: the text of
// /proc/net/tcp and the messages of NETLINK_SOCK_DIAG.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tidemark/units.h"

namespace tidemark::kernel {

// The kernel's numbers (include/net/tcp_states.h).
enum class TcpState : std::uint8_t {
  kEstablished = 1,
  kSynSent,
  kSynReceived,
  kFinWait1,
  kFinWait2,
  kTimeWait,
  kClose,
  kCloseWait,
  kLastAck,
  kListen,
  kClosing,
  kNewSynReceived,
};

// As ss(8) prints it: "ESTAB", "CLOSE-WAIT" …
const char* to_word(TcpState state);

struct TcpSocket {
  // 0: no process holds it (yet): time-wait, or waiting to be accepted.
  std::uint64_t inode = 0;
  TcpState state = TcpState::kClose;
  Bytes received;  // arrived and not yet read by the process
  Bytes sent;      // written by the process and not yet acknowledged
  // A listener's connections that the process has not accepted yet.
  Count backlog;
  std::uint16_t local_port = 0;

  bool operator==(const TcpSocket&) const = default;
};

// The whole text of /proc/PID/net/tcp or tcp6, heading included; lines of
// another form are left out.
std::vector<TcpSocket> parse_net_tcp(std::string_view text);

// One datagram of a dump's answer.
struct DiagDatagram {
  std::vector<TcpSocket> sockets;
  bool done = false;         // the dump's last
  std::optional<int> error;  // the errno with which the kernel refused
};
DiagDatagram parse_inet_diag(std::span<const std::byte> datagram);

}  // namespace tidemark::kernel
