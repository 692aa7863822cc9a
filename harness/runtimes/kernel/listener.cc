#include "harness/runtimes/kernel/listener.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_set>
#include <vector>

#include "harness/base/proc_tree.h"
#include "harness/base/text_file.h"
#include "harness/runtimes/kernel/parse_fd.h"
#include "harness/runtimes/kernel/parse_unix.h"
#include "harness/runtimes/kernel/tcp_sockets.h"

namespace tidemark {
namespace {

using Inodes = std::unordered_set<std::uint64_t>;

// Calls `take` with each until it says no.
template <class Take>
void each_socket_of(pid_t pid, Take take) {
  const std::string folder = fmt::format("/proc/{}/fd/", pid);
  std::array<char, 64> link;
  for (const int number : numbered_entries(pid, "fd")) {
    const ssize_t length = ::readlink((folder + std::to_string(number)).c_str(),
                                      link.data(), link.size());
    if (length <= 0) continue;
    const auto inode = kernel::socket_inode(
        std::string_view(link.data(), static_cast<std::size_t>(length)));
    if (inode && !take(*inode)) return;
  }
}

bool holds_one_of(pid_t pid, const Inodes& inodes) {
  bool holds = false;
  each_socket_of(pid, [&](std::uint64_t inode) {
    holds = inodes.contains(inode);
    return !holds;
  });
  return holds;
}

Result<pid_t> outermost_holder(const Inodes& inodes, const std::string& where) {
  if (inodes.empty())
    return fail(ErrorKind::kUsage, "nothing listens on " + where,
                "is the service up, and is this where it is?");
  const std::vector<ProcessEntry> all = list_processes();
  std::vector<ProcessEntry> holders;
  std::copy_if(all.begin(), all.end(), std::back_inserter(holders),
               [&inodes](const ProcessEntry& process) {
                 return holds_one_of(process.pid, inodes);
               });
  // It may hold a service's socket for it, and is not the service.
  if (holders.size() > 1)
    std::erase_if(holders,
                  [](const ProcessEntry& process) { return process.pid == 1; });
  std::vector<pid_t> outermost;
  for (const ProcessEntry& holder : holders) {
    const bool child = std::any_of(holders.begin(), holders.end(),
                                   [&holder](const ProcessEntry& other) {
                                     return other.pid == holder.parent;
                                   });
    if (!child) outermost.push_back(holder.pid);
  }
  if (outermost.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("something listens on {}, and no process that we "
                            "may look into",
                            where),
                "it is another user's, or in another container: run tidemark "
                "as that user or there");
  if (outermost.size() > 1)
    return fail(ErrorKind::kUsage,
                fmt::format("{} processes listen on {}: {}", outermost.size(),
                            where, fmt::join(outermost, ", ")),
                "name one of them by its number");
  return outermost.front();
}

}  // namespace

Result<pid_t> process_listening_on(std::uint16_t port) {
  const auto sockets = kernel::TcpSockets().list({::getpid()});
  TIDEMARK_TRY(sockets);
  Inodes inodes;
  for (const kernel::TcpSocket& socket : *sockets)
    if (socket.state == kernel::TcpState::kListen && socket.local_port == port)
      inodes.insert(socket.inode);
  return outermost_holder(inodes, fmt::format("port {}", port));
}

Result<pid_t> process_listening_on(const std::string& socket_path) {
  const Result<std::string> text = read_file("/proc/net/unix");
  TIDEMARK_TRY(text);
  Inodes inodes;
  for (const kernel::UnixSocket& socket : kernel::parse_net_unix(*text))
    if (socket.state == kernel::UnixState::kListening &&
        socket.name == socket_path)
      inodes.insert(socket.inode);
  return outermost_holder(inodes, socket_path);
}

std::vector<std::uint16_t> listening_ports(pid_t pid) {
  const auto sockets = kernel::TcpSockets().list({pid});
  if (!sockets) return {};
  Inodes own;
  each_socket_of(pid, [&own](std::uint64_t inode) {
    own.insert(inode);
    return true;
  });
  // The kernel numbers sockets as they are made.
  std::map<std::uint64_t, std::uint16_t> ports;
  for (const kernel::TcpSocket& socket : *sockets)
    if (socket.state == kernel::TcpState::kListen && own.contains(socket.inode))
      ports[socket.inode] = socket.local_port;
  std::vector<std::uint16_t> found;
  for (const auto& [inode, port] : ports) found.push_back(port);
  return found;
}

}  // namespace tidemark
