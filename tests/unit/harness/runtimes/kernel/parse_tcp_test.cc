#include "harness/runtimes/kernel/parse_tcp.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <cerrno>
#include <cstring>

namespace tidemark::kernel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kNetTcp =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
    "retrnsmt   uid  timeout inode                                        "
    "             \n"
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 "
    "00000000  1000        0 41234 1 0000000000000000 100 0 0 10 0\n"
    "   1: 0100007F:1F90 0100007F:C3D2 01 00000010:000000FF 00:00000000 "
    "00000000  1000        0 41235 1 0000000000000000 20 4 30 10 -1\n"
    "   2: 0100007F:1F90 0100007F:C3D4 06 00000000:00000000 03:00001234 "
    "00000000     0        0 0 3 0000000000000000\n"
    " 173: 00000000000000000000000001000000:1F90 "
    "00000000000000000000000000000000:0000 08 00000000:00000001 00:00000000 "
    "00000000  1000        0 41236 1 0000000000000000 100 0 0 10 0\n";

constexpr std::uint16_t kPort = 8080;  // 1F90

TcpSocket socket_in(std::uint64_t inode, TcpState state, Bytes received = {},
                    Bytes sent = {}) {
  TcpSocket socket;
  socket.inode = inode;
  socket.local_port = kPort;
  socket.state = state;
  socket.received = received;
  socket.sent = sent;
  return socket;
}

TcpSocket listener(std::uint64_t inode, Count backlog) {
  TcpSocket socket = socket_in(inode, TcpState::kListen);
  socket.backlog = backlog;
  return socket;
}

TEST(NetTcp, EachLineIsASocket) {
  EXPECT_THAT(parse_net_tcp(kNetTcp),
              ElementsAre(listener(41234, Count{3}),
                          socket_in(41235, TcpState::kEstablished, Bytes{255},
                                    Bytes{16}),
                          socket_in(0, TcpState::kTimeWait),
                          socket_in(41236, TcpState::kCloseWait, Bytes{1})));
}

TEST(NetTcp, LinesOfAnotherFormAreLeftOut) {
  EXPECT_THAT(parse_net_tcp(""), IsEmpty());
  EXPECT_THAT(parse_net_tcp("0: a b 01 0:0"), IsEmpty());
  EXPECT_THAT(parse_net_tcp("0: a b 0D 0:0 0:0 0 0 0 7\n"), IsEmpty());
  EXPECT_THAT(parse_net_tcp("0: a b 01 00 0:0 0 0 0 7\n"), IsEmpty());
  EXPECT_THAT(parse_net_tcp("0: a:1 b 01 0:0 0:0 0 0 0 x\n"), IsEmpty());
  EXPECT_THAT(parse_net_tcp("0: a:10000 b 01 0:0 0:0 0 0 0 7\n"), IsEmpty());
  EXPECT_EQ(parse_net_tcp("0: a:1 b 01 0:0 0:0 0 0 0 7\n").size(), 1u);
}

TEST(TcpState, WordsAreThoseOfSs) {
  EXPECT_STREQ(to_word(TcpState::kEstablished), "ESTAB");
  EXPECT_STREQ(to_word(TcpState::kFinWait2), "FIN-WAIT-2");
  EXPECT_STREQ(to_word(TcpState::kCloseWait), "CLOSE-WAIT");
  EXPECT_STREQ(to_word(TcpState::kClose), "UNCONN");
}

class Datagram {
 public:
  template <class Body>
  Datagram& add(std::uint16_t type, const Body& body) {
    nlmsghdr header = {};
    header.nlmsg_len = sizeof header + sizeof body;
    header.nlmsg_type = type;
    append(header);
    append(body);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
    return *this;
  }
  Datagram& add_socket(std::uint32_t inode, TcpState state,
                       std::uint32_t receive, std::uint32_t send) {
    inet_diag_msg message = {};
    message.idiag_inode = inode;
    message.idiag_state = static_cast<std::uint8_t>(state);
    message.id.idiag_sport = htons(kPort);
    message.idiag_rqueue = receive;
    message.idiag_wqueue = send;
    return add(SOCK_DIAG_BY_FAMILY, message);
  }
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  template <class Part>
  void append(const Part& part) {
    const auto* begin = reinterpret_cast<const std::byte*>(&part);
    bytes_.insert(bytes_.end(), begin, begin + sizeof part);
  }
  std::vector<std::byte> bytes_;
};

TEST(InetDiag, ADatagramHoldsSeveralSockets) {
  Datagram datagram;
  datagram.add_socket(7, TcpState::kEstablished, 5, 6)
      .add_socket(8, TcpState::kListen, 2, 4096);
  const DiagDatagram result = parse_inet_diag(datagram.bytes());
  EXPECT_THAT(result.sockets, ElementsAre(socket_in(7, TcpState::kEstablished,
                                                    Bytes{5}, Bytes{6}),
                                          listener(8, Count{2})));
  EXPECT_FALSE(result.done);
}

TEST(InetDiag, TheEndIsSeenBehindSockets) {
  Datagram datagram;
  datagram.add_socket(7, TcpState::kClosing, 0, 0).add(NLMSG_DONE, int{0});
  const DiagDatagram result = parse_inet_diag(datagram.bytes());
  EXPECT_EQ(result.sockets.size(), 1u);
  EXPECT_TRUE(result.done);
  EXPECT_FALSE(result.error);
}

TEST(InetDiag, ARefusalIsAnErrno) {
  nlmsgerr body = {};
  body.error = -EPERM;
  const DiagDatagram result =
      parse_inet_diag(Datagram().add(NLMSG_ERROR, body).bytes());
  EXPECT_EQ(result.error, EPERM);
  EXPECT_TRUE(result.done);
  EXPECT_EQ(parse_inet_diag(Datagram().add(NLMSG_DONE, -ENOENT).bytes()).error,
            ENOENT);
}

TEST(InetDiag, ACutDatagramGivesWhatIsWhole) {
  Datagram datagram;
  datagram.add_socket(7, TcpState::kEstablished, 0, 0)
      .add_socket(8, TcpState::kEstablished, 0, 0);
  for (std::size_t size = 0; size < datagram.bytes().size(); ++size) {
    // A copy of its own, so that a sanitizer sees a read past its end.
    const auto part = datagram.bytes().first(size);
    const std::vector<std::byte> cut(part.begin(), part.end());
    EXPECT_LE(parse_inet_diag(cut).sockets.size(), 1u) << size;
  }
}

}  // namespace
}  // namespace tidemark::kernel
