// How much memory a service on this machine could still take.
#pragma once

#include <sys/types.h>

#include <string>

#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark {

struct FreeMemory {
  Bytes bytes;
  std::string of;  // "below the limit of /user.slice", "available here"
};

// The least of what is left below memory.max of the cgroup of a process (0:
// this one) and of those above it, and MemAvailable. `root`: where /proc and
// /sys are, for tests. kEnvironment: /proc/meminfo does not say.
Result<FreeMemory> free_memory(const std::string& root = "", pid_t pid = 0);

}  // namespace tidemark
