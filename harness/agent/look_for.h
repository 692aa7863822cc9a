// Functions that the allocator may offer.
#pragma once

#include <dlfcn.h>

namespace tidemark::agent {

// Called through its true type; null if the process has no such function.
template <class Function>
Function look_for(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace tidemark::agent
