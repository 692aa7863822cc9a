// What the hooks of operator new and delete know before they are called.
#pragma once

namespace tidemark::agent {

// Finds the operators that have not been found yet. Takes the loader's lock:
// for an agent that comes later, whose hooks may be called by a thread with
// other locks than at the service's start.
void resolve_operators();

}  // namespace tidemark::agent
