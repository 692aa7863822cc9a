#include "harness/runtimes/kernel/parse_unix.h"

#include <array>
#include <charconv>
#include <optional>

namespace tidemark::kernel {
namespace {

// As the kernel prints them (net/unix/af_unix.c, include/linux/net.h).
constexpr unsigned kStream = 1;
constexpr unsigned kListens = 0x10000;
constexpr unsigned kConnecting = 2;
constexpr unsigned kConnected = 3;

template <class Number>
bool read_number(std::string_view text, int base, Number& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc() && stop == end;
}

UnixState state_of(unsigned flags, unsigned state) {
  if ((flags & kListens) != 0) return UnixState::kListening;
  if (state == kConnecting) return UnixState::kWaiting;
  return state == kConnected ? UnixState::kConnected : UnixState::kOther;
}

// "NUMBER: REFERENCES PROTOCOL FLAGS TYPE STATE INODE NAME"; a name may hold
// spaces.
std::optional<UnixSocket> parse_line(std::string_view line) {
  std::array<std::string_view, 7> words;
  for (std::string_view& word : words) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) return std::nullopt;
    line.remove_prefix(begin);
    word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
  }
  UnixSocket socket;
  unsigned flags = 0;
  unsigned type = 0;
  unsigned state = 0;
  if (!words[0].ends_with(':') || !read_number(words[3], 16, flags) ||
      !read_number(words[4], 16, type) || type != kStream ||
      !read_number(words[5], 16, state) ||
      !read_number(words[6], 10, socket.inode)) {
    return std::nullopt;
  }
  socket.state = state_of(flags, state);
  if (!line.empty()) socket.name = line.substr(1);
  return socket;
}

}  // namespace

std::vector<UnixSocket> parse_net_unix(std::string_view text) {
  std::vector<UnixSocket> sockets;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (auto socket = parse_line(text.substr(0, end))) {
      sockets.push_back(std::move(*socket));
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return sockets;
}

}  // namespace tidemark::kernel
