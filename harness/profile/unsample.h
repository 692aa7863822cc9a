// What a sampled heap profile stands for.
#pragma once

#include <cstdint>

namespace tidemark {

// Blocks, and their bytes.
struct SampledBlocks {
  std::int64_t count = 0;
  std::int64_t bytes = 0;

  bool operator==(const SampledBlocks&) const = default;
};

// The blocks that there were, where an allocator that takes one sample every
// `rate` bytes on average, by a Poisson process, has taken these. A block of S
// bytes is taken with probability 1 − exp(−S/rate), so both numbers are divided
// by that of their average size, and cut to whole ones (github.com/google/
// pprof/profile/legacy_profile.go, scaleHeapSample). None stays none; with a
// rate of 1 or less nothing was left out.
SampledBlocks unsampled(SampledBlocks taken, std::int64_t rate);

}  // namespace tidemark
