// How this build of the agent comes into a service.
//
// libtidemark_agent.so is preloaded: the dynamic loader binds every call of
// malloc to it before the service's first instruction. libtidemark_attached.so
// is the same code for a service that runs already: harness/attach makes it
// dlopen the library and call tidemark_agent_attach(), which redirects the
// calls of each loaded module (patch_calls.h).
#pragma once

namespace tidemark::agent {

#ifdef TIDEMARK_ATTACHED
inline constexpr bool kAttached = true;
#else
inline constexpr bool kAttached = false;
#endif

}  // namespace tidemark::agent
