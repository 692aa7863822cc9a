// Asks the kernel for the TCP sockets of the network the service is in.
#pragma once

#include <sys/types.h>

#include <vector>

#include "harness/base/fd.h"
#include "harness/runtimes/kernel/parse_tcp.h"
#include "tidemark/result.h"

namespace tidemark::kernel {

// Keeps one netlink socket from call to call. Used from one thread.
class TcpSockets {
 public:
  // All TCP sockets, of whichever process, in the network namespaces of the
  // given processes, without those in TIME-WAIT. Sockets in another namespace
  // than ours, or on a machine that refuses netlink, are read from
  // /proc/PID/net/tcp instead.
  Result<std::vector<TcpSocket>> list(const std::vector<pid_t>& processes);

 private:
  Result<std::vector<TcpSocket>> dump();
  Status dump_family(int family, std::vector<TcpSocket>& sockets);

  Fd netlink_;
  bool refused_ = false;  // asked once, refused: not asked again
};

// What /proc/PID/net/tcp and tcp6 list; nothing when the process is gone.
std::vector<TcpSocket> read_net_tcp(pid_t pid);

}  // namespace tidemark::kernel
