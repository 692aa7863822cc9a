// The kernel's view of the service, read from /proc and NETLINK_SOCK_DIAG.
//
// Figures are sums over the processes given. A process that ended meanwhile
// is left out; one that may not be looked into is an error. Of the agent,
// its table (`KernelSample::agent`), its descriptor and its thread are taken
// out; the page tables of its table are not, as the kernel does not tell
// them apart.
#pragma once

#include <memory>

#include "tidemark/probe.h"

namespace tidemark {

// A socket that several processes hold counts once. connections() counts
// those that clients made to the service: TCP sockets whose local port is one
// that the service listens on, and Unix stream sockets that carry the name of
// one of its listeners. What the service opened itself, to upstreams, is left
// out, and a service that listens on nothing has none. Connections that wait
// in a listener's queue, not accepted yet, count there though not in
// `KernelSample::sockets`: the service has still to deal with them. Used from
// one thread.
std::unique_ptr<KernelProbe> make_kernel_probe();

}  // namespace tidemark
