#include "drivers/common/transport.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <string_view>

namespace tidemark {
namespace {

// Two ends of a connection over loopback.
struct Pair {
  Fd client;
  Fd server;
};

Pair connected() {
  Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(listener.get(), generic, size), 0);
  EXPECT_EQ(::listen(listener.get(), 1), 0);
  EXPECT_EQ(::getsockname(listener.get(), generic, &size), 0);
  Pair pair;
  pair.client = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(pair.client.get(), generic, size), 0);
  pair.server = Fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  return pair;
}

void say(const Fd& from, const Fd& to) {
  char byte = 'x';
  EXPECT_EQ(::send(from.get(), &byte, 1, 0), 1);
  EXPECT_EQ(::recv(to.get(), &byte, 1, 0), 1);
}

// What its kernel would send again.
unsigned unacknowledged(const Fd& socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  EXPECT_EQ(::getsockopt(socket.get(), IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  return info.tcpi_unacked;
}

TEST(TransportTest, APeerThatVanishesHasAcknowledgedWhatCame) {
  Pair pair = connected();
  // Questions and answers in turn make the kernel put acknowledgements off.
  for (int i = 0; i < 20; ++i) {
    say(pair.client, pair.server);
    say(pair.server, pair.client);
  }
  Transport transport(std::move(pair.client));
  // Without the right to, nobody vanishes; what came is acknowledged anyway.
  EXPECT_EQ(transport.vanish(), may_vanish() ? 0 : EPERM);
  EXPECT_EQ(unacknowledged(pair.server), 0u);
  char byte = 0;
  EXPECT_EQ(::recv(pair.server.get(), &byte, 1, MSG_DONTWAIT), -1);
  EXPECT_EQ(errno, EAGAIN);
}

}  // namespace
}  // namespace tidemark
