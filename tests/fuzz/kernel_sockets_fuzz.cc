// The kernel's lists of sockets as hostile input: names of Unix sockets are
// the service's own choice.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "harness/runtimes/kernel/parse_fd.h"
#include "harness/runtimes/kernel/parse_tcp.h"
#include "harness/runtimes/kernel/parse_unix.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark::kernel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const UnixSocket& socket : parse_net_unix(text))
    if (socket.name.size() > size) std::abort();
  for (const TcpSocket& socket : parse_net_tcp(text))
    if (socket.received.value < 0 || socket.sent.value < 0) std::abort();
  parse_inet_diag(std::as_bytes(std::span(data, size)));
  socket_inode(text);
  return 0;
}
