// Sampled heap profiles: how likely a block is to be a sample, and how many
// samples there will be.
//
// A sampling allocator takes a sample of a block of S bytes with probability
//
//   p(S) = 1 − exp(−S / R)
//
// where R is the mean number of bytes between samples. Header `heap/P` (Go,
// gperftools) means R = P / 2, `heap_v2/P` (jemalloc) and `heapz_v2/P` R = P.
// Each size is unbiased on its own and then summed; a sum of sizes is never
// unbiased as a whole, which is what the average size of a record does: as
// pprof's own tables have it, see harness/profile/unsample.h.
#pragma once

#include <cstdint>

#include "tidemark/heap_snapshot.h"
#include "tidemark/units.h"

namespace tidemark {

// p(S). 1 where R ≤ 1: every block is a sample.
double sample_chance(Bytes size, Bytes period);
// Of what a site counts: a goroutine is always told, and so is what has no
// size, whatever the heap's period is.
double sample_chance(MemoryKind kind, Bytes size, Bytes period);

// The mean at which a Poisson count is `wanted` or more with that chance.
// REQUIRES: 0 < wanted, 0 < chance < 1.
double mean_that_reaches(std::int64_t wanted, double chance);

}  // namespace tidemark
