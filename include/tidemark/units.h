// The quantities tidemark counts, each with a type of its own so that bytes
// are never added to objects and an address of the service is never
// dereferenced in the harness.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace tidemark {

// A signed number of bytes. Signed because differences between snapshots are.
struct Bytes {
  std::int64_t value = 0;

  auto operator<=>(const Bytes&) const = default;
  Bytes& operator+=(Bytes other) {
    value += other.value;
    return *this;
  }
  Bytes& operator-=(Bytes other) {
    value -= other.value;
    return *this;
  }
};

inline Bytes operator+(Bytes a, Bytes b) { return {a.value + b.value}; }
inline Bytes operator-(Bytes a, Bytes b) { return {a.value - b.value}; }

// A signed number of things: blocks, connections, descriptors, threads.
struct Count {
  std::int64_t value = 0;

  auto operator<=>(const Count&) const = default;
  Count& operator+=(Count other) {
    value += other.value;
    return *this;
  }
  Count& operator-=(Count other) {
    value -= other.value;
    return *this;
  }
};

inline Count operator+(Count a, Count b) { return {a.value + b.value}; }
inline Count operator-(Count a, Count b) { return {a.value - b.value}; }

// The number of a cycle. 0 is everything before the first cycle (start-up).
// Blocks are stamped with it at birth; a run has at most kMaxCycles of them
// because the stamp in the agent's table has eight bits.
struct CycleIndex {
  std::uint32_t value = 0;

  auto operator<=>(const CycleIndex&) const = default;
};

inline constexpr std::uint32_t kMaxCycles = 250;

// An address in the service's memory: to look up, never to dereference.
struct RemoteAddr {
  std::uint64_t value = 0;

  auto operator<=>(const RemoteAddr&) const = default;
};

// Time that only moves forward, as std::chrono::steady_clock counts it.
using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

inline double to_seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace tidemark
