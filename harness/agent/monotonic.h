// Time for measuring how long something took.
#pragma once

#include <time.h>

#include <cstdint>

namespace tidemark::agent {

inline std::uint64_t monotonic_nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000000000ull +
         static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace tidemark::agent
