#include "harness/cli/free_port.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <random>

#include "harness/base/fd.h"

namespace tidemark {
namespace {

// Below are the ports that services are known by.
constexpr int kLowest = 10000;
constexpr int kRoom = 1000;
constexpr int kTries = 100;

// The first port that outgoing connections are given.
int first_given() {
  int first = 0;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first;
  return first;
}

// `port`, or the one that the kernel chose for 0; 0 if it is taken.
int bound_to(int port) {
  const Fd socket_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(socket_fd.get(), generic, size) != 0 ||
      getsockname(socket_fd.get(), generic, &size) != 0)
    return 0;
  return ntohs(address.sin_port);
}

}  // namespace

Result<int> free_port() {
  const int end = first_given();
  if (end >= kLowest + kRoom) {
    std::random_device random;
    std::uniform_int_distribution<int> any(kLowest, end - 1);
    for (int i = 0; i < kTries; ++i)
      if (const int port = bound_to(any(random)); port != 0) return port;
  }
  if (const int port = bound_to(0); port != 0) return port;
  return fail(ErrorKind::kEnvironment,
              fmt::format("no free port on 127.0.0.1: {}", strerror(errno)));
}

}  // namespace tidemark
