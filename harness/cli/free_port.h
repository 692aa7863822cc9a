// A port for a service that is to be started.
#pragma once

#include "tidemark/result.h"

namespace tidemark {

// A TCP port of 127.0.0.1 that was free a moment ago, and that the kernel gives
// to nobody unasked: it lies outside the range from which outgoing connections
// get theirs (/proc/sys/net/ipv4/ip_local_port_range), where any connection of
// this machine could take it before the service listens. Where that range
// leaves no room, one of it. kEnvironment if there is none.
Result<int> free_port();

}  // namespace tidemark
