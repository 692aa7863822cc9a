// CPython's `regrtest -R 3:3`: three runs that do not count, three that do.
// References and memory blocks leak when each of those left one more at
// least; descriptors when any left more or fewer.
// Source: python/cpython 04b26eeb, Lib/test/libregrtest/refleak.py
// (check_rc_deltas, check_fd_deltas).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace tidemark::peers {

inline constexpr int kRefleakWarmups = 3;
inline constexpr int kRefleakRuns = 3;

// `deltas`: of each run that counts, against the one before.
inline bool blocks_leak(std::span<const std::int64_t> deltas) {
  return std::all_of(deltas.begin(), deltas.end(),
                     [](std::int64_t delta) { return delta >= 1; });
}

inline bool descriptors_leak(std::span<const std::int64_t> deltas) {
  return std::any_of(deltas.begin(), deltas.end(),
                     [](std::int64_t delta) { return delta != 0; });
}

}  // namespace tidemark::peers
