// Which process serves an address of this machine.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "tidemark/result.h"

namespace tidemark {

// The process that listens on the TCP port, in our network namespace; of
// several that share the socket the outermost: a server's parent, whose
// children accept. kUsage: nobody does, or nobody whom we may look into, or
// several that have nothing to do with each other.
Result<pid_t> process_listening_on(std::uint16_t port);

// The same of a Unix stream socket, by the name that it was bound to.
Result<pid_t> process_listening_on(const std::string& socket_path);

}  // namespace tidemark
