#include "harness/runtimes/kernel/listener.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "harness/base/fd.h"

namespace tidemark {
namespace {

struct Listener {
  Fd socket;
  std::uint16_t port = 0;
};

Listener listener() {
  Listener made{Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), 0};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(made.socket.get(), any, size), 0);
  EXPECT_EQ(::listen(made.socket.get(), 1), 0);
  EXPECT_EQ(::getsockname(made.socket.get(), any, &size), 0);
  made.port = ntohs(address.sin_port);
  return made;
}

TEST(ListenerTest, PortsComeInTheOrderInWhichTheSocketsWereMade) {
  const Listener first = listener();
  const Listener second = listener();
  const std::vector<std::uint16_t> ports = listening_ports(::getpid());
  const auto at = [&ports](const Listener& wanted) {
    return std::find(ports.begin(), ports.end(), wanted.port);
  };
  ASSERT_NE(at(first), ports.end());
  ASSERT_NE(at(second), ports.end());
  EXPECT_LT(at(first), at(second));
}

TEST(ListenerTest, OneThatWasClosedIsNotThere) {
  std::uint16_t port = 0;
  {
    const Listener gone = listener();
    port = gone.port;
  }
  const std::vector<std::uint16_t> ports = listening_ports(::getpid());
  EXPECT_EQ(std::count(ports.begin(), ports.end(), port), 0);
}

}  // namespace
}  // namespace tidemark
