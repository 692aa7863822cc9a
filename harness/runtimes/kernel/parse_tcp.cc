#include "harness/runtimes/kernel/parse_tcp.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace tidemark::kernel {
namespace {

constexpr std::uint8_t kFirstState = 1;
constexpr std::uint8_t kLastState = 12;

// A listener's queue figures are not bytes: the kernel shows the length and
// the limit of its accept queue in their place.
TcpSocket socket_of(std::uint64_t inode, std::uint8_t state,
                    std::uint16_t local_port, std::uint32_t receive,
                    std::uint32_t send) {
  TcpSocket socket;
  socket.inode = inode;
  socket.local_port = local_port;
  socket.state = static_cast<TcpState>(state);
  if (socket.state == TcpState::kListen) {
    socket.backlog = Count{receive};
  } else {
    socket.received = Bytes{receive};
    socket.sent = Bytes{send};
  }
  return socket;
}

bool is_state(unsigned number) {
  return number >= kFirstState && number <= kLastState;
}

template <class Number>
bool read_number(std::string_view text, int base, Number& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc() && stop == end;
}

// The line's first words, as many as there is place for; whether there were
// as many.
template <std::size_t N>
bool split(std::string_view line, std::array<std::string_view, N>& words) {
  for (std::string_view& word : words) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) return false;
    line.remove_prefix(begin);
    const std::size_t end = line.find(' ');
    word = line.substr(0, end);
    line.remove_prefix(word.size());
  }
  return true;
}

// "0: LOCAL REMOTE STATE SEND:RECEIVE TIMER RETRANSMITS UID TIMEOUT INODE …"
std::optional<TcpSocket> parse_line(std::string_view line) {
  std::array<std::string_view, 10> words;
  if (!split(line, words) || !words[0].ends_with(':')) return std::nullopt;
  const std::size_t colon = words[4].find(':');
  const std::size_t port_at = words[1].rfind(':');
  unsigned state = 0;
  std::uint16_t port = 0;
  std::uint32_t send = 0;
  std::uint32_t receive = 0;
  std::uint64_t inode = 0;
  if (colon == std::string_view::npos || port_at == std::string_view::npos ||
      !read_number(words[1].substr(port_at + 1), 16, port) ||
      !read_number(words[3], 16, state) || !is_state(state) ||
      !read_number(words[4].substr(0, colon), 16, send) ||
      !read_number(words[4].substr(colon + 1), 16, receive) ||
      !read_number(words[9], 10, inode)) {
    return std::nullopt;
  }
  return socket_of(inode, static_cast<std::uint8_t>(state), port, receive,
                   send);
}

}  // namespace

const char* to_word(TcpState state) {
  switch (state) {
    case TcpState::kEstablished:
      return "ESTAB";
    case TcpState::kSynSent:
      return "SYN-SENT";
    case TcpState::kSynReceived:
    case TcpState::kNewSynReceived:
      return "SYN-RECV";
    case TcpState::kFinWait1:
      return "FIN-WAIT-1";
    case TcpState::kFinWait2:
      return "FIN-WAIT-2";
    case TcpState::kTimeWait:
      return "TIME-WAIT";
    case TcpState::kClose:
      return "UNCONN";
    case TcpState::kCloseWait:
      return "CLOSE-WAIT";
    case TcpState::kLastAck:
      return "LAST-ACK";
    case TcpState::kListen:
      return "LISTEN";
    case TcpState::kClosing:
      return "CLOSING";
  }
  return "UNKNOWN";
}

std::vector<TcpSocket> parse_net_tcp(std::string_view text) {
  std::vector<TcpSocket> sockets;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (const auto socket = parse_line(text.substr(0, end))) {
      sockets.push_back(*socket);
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return sockets;
}

DiagDatagram parse_inet_diag(std::span<const std::byte> datagram) {
  DiagDatagram result;
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < sizeof header ||
        header.nlmsg_len > datagram.size()) {
      return result;
    }
    const auto body =
        datagram.subspan(sizeof header, header.nlmsg_len - sizeof header);
    if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
      // Both begin with an int: 0, or minus the errno.
      int code = 0;
      if (body.size() >= sizeof code) {
        std::memcpy(&code, body.data(), sizeof code);
      }
      if (code < 0) result.error = -code;
      result.done = true;
    } else if (body.size() >= sizeof(inet_diag_msg)) {
      inet_diag_msg message;
      std::memcpy(&message, body.data(), sizeof message);
      if (is_state(message.idiag_state)) {
        result.sockets.push_back(
            socket_of(message.idiag_inode, message.idiag_state,
                      ntohs(message.id.idiag_sport), message.idiag_rqueue,
                      message.idiag_wqueue));
      }
    }
    const std::size_t step = NLMSG_ALIGN(header.nlmsg_len);
    datagram = datagram.subspan(std::min(step, datagram.size()));
  }
  return result;
}

}  // namespace tidemark::kernel
