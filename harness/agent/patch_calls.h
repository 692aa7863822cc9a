// Redirects the calls of modules that are loaded already. Such a module calls
// malloc through a table of addresses (its GOT), which the loader filled in;
// an entry that holds the service's own function is made to hold the hook.
//
// Nothing is remembered: an entry that holds a hook is one of ours, and the
// service's own function is what it held. Entries with anything else (another
// allocator bound by RTLD_DEEPBIND, a hook of somebody else's) are left alone.
//
// They take the loader's lock, so that no module goes meanwhile, and may run
// while other threads call through the entries.
#pragma once

#include "tidemark/agent_protocol.h"

namespace tidemark::agent {

// Redirects what is not redirected yet, in every module but the agent. To be
// called again now and then: modules come, and a thread that was in the midst
// of binding an entry overwrites what was put there.
void redirect_calls();

// Whether calls of malloc and calls of free are redirected, one of each at
// least.
bool any_calls_redirected();

// Puts back what the entries held.
const Restored& restore_calls();

}  // namespace tidemark::agent
