// Functions that the allocator may offer.
#pragma once

#include <dlfcn.h>

#include "harness/agent/attached.h"
#include "harness/agent/definitions.h"

namespace tidemark::agent {

// Called through its true type; null if the process has no such function.
// dlsym keeps a text about what it did not find, in an arena that the thread of
// an agent that leaves again would leave behind.
template <class Function>
Function look_for(const char* name) {
  void* found = kAttached ? first_definition(name) : dlsym(RTLD_DEFAULT, name);
  return reinterpret_cast<Function>(found);
}

}  // namespace tidemark::agent
