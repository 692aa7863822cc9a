// Which process serves an address of this machine, and which addresses a
// process serves.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tidemark/result.h"

namespace tidemark {

// The process that listens on the TCP port, in our network namespace; of
// several that share the socket the outermost: a server's parent, whose
// children accept. kUsage: nobody does, or nobody whom we may look into, or
// several that have nothing to do with each other.
Result<pid_t> process_listening_on(std::uint16_t port);

// The same of a Unix stream socket, by the name that it was bound to.
Result<pid_t> process_listening_on(const std::string& socket_path);

// The TCP ports on which the process listens, in the order in which its sockets
// were made. Empty: none, or it is gone, or not ours to look into.
std::vector<std::uint16_t> listening_ports(pid_t pid);

}  // namespace tidemark
