// The kernel's list of Unix sockets, as the text of /proc/net/unix has it.
// Pure: text in, sockets out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::kernel {

enum class UnixState {
  kListening,
  kWaiting,  // connected by a client, not accepted yet: no process holds it
  kConnected,
  kOther,
};

// A stream socket. One that was accepted carries the name of its listener;
// one that connected has none, unless it was bound to a name of its own.
struct UnixSocket {
  std::uint64_t inode = 0;
  UnixState state = UnixState::kOther;
  std::string name;  // path, or "@name"; empty: unnamed

  bool operator==(const UnixSocket&) const = default;
};

// Heading included; datagram sockets and lines of another form are left out.
std::vector<UnixSocket> parse_net_unix(std::string_view text);

}  // namespace tidemark::kernel
