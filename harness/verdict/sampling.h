// Sampled heap profiles: what a few sampled blocks say about all of them, and
// how sure.
//
// A sampling allocator takes a sample of a block of S bytes with probability
//
//   p(S) = 1 − exp(−S / R)
//
// where R is the mean number of bytes between samples. Header `heap/P` (Go,
// gperftools) means R = P / 2, `heap_v2/P` (jemalloc) and `heapz_v2/P` R = P.
// Each size is unbiased on its own and then summed; a sum of sizes is never
// unbiased as a whole, which is what the average size of a record does.
#pragma once

#include <cstdint>
#include <span>

#include "harness/verdict/limit.h"
#include "tidemark/heap_snapshot.h"
#include "tidemark/units.h"

namespace tidemark {

// p(S). 1 where R ≤ 1: every block is a sample.
double sample_chance(Bytes size, Bytes period);
// Of what a site counts: a goroutine is always told, and so is what has no
// size, whatever the heap's period is.
double sample_chance(MemoryKind kind, Bytes size, Bytes period);

// One record of a profile as it is written: of one stack, of all sizes.
struct ProfileRecord {
  Count objects;
  Bytes bytes;

  bool operator==(const ProfileRecord&) const = default;
};

// What `pprof` makes of a record's samples (google/pprof:
// profile/legacy_profile.go, scaleHeapSample), truncation included: for
// comparison with what others show. It takes all blocks of the record for the
// average size. REQUIRES: neither number is negative. What is too much for an
// integer is the largest of them.
ProfileRecord scale_as_pprof(const ProfileRecord& sampled, Bytes period);

// Blocks of one stack and one size.
struct SizeCount {
  Bytes size;
  Count objects;

  bool operator==(const SizeCount&) const = default;
};

struct SampleEstimate {
  double objects = 0;
  double bytes = 0;
  // Estimated variances of the two, themselves without bias.
  double objects_variance = 0;
  double bytes_variance = 0;
};

// From the sampled blocks, by size, to all of them:
//   Σ n / p   and   Σ n · S² · (1 − p) / p²
SampleEstimate estimate_all(std::span<const SizeCount> sampled, Bytes period);

// Variance of the estimated bytes of a heap that is known: Σ S² · (1 − p) / p
// over its blocks. About R · bytes for small blocks and nothing for large.
double sampling_variance(std::span<const SizeCount> alive, Bytes period);

// A sampled block that is known again in another profile of the same process
// (by its address, if no block was freed and born there; else by a number).
struct SampledBlock {
  std::uint64_t id = 0;
  Bytes size;
};

// Estimated variance of (bytes at the end − bytes at the beginning), of one
// process. Whether a block is a sample is decided at its birth, so that one
// that is in both profiles adds nothing: only the symmetric difference does.
double difference_variance(std::span<const SampledBlock> begin,
                           std::span<const SampledBlock> end, Bytes period);

// The same where samples are known by size only: between pure growth,
// |c1 − c0| samples of a size, and a full turnover, c0 + c1.
Interval difference_variance_bounds(std::span<const SizeCount> begin,
                                    std::span<const SizeCount> end,
                                    Bytes period);

// Garwood's exact interval of a Poisson mean: not even `seen` = 0 is without
// an upper bound. In small blocks each is R bytes. REQUIRES: 0 < confidence
// < 1.
Interval garwood(Count seen, double confidence = 0.95);

// How many connections that leave `each` bytes leave a sample at all, with
// that chance: R · ln(1 / (1 − chance)) / each. REQUIRES, as the next: some
// bytes.
Count connections_for_a_sample(Bytes each, Bytes period, double chance = 0.99);

// How many connections that leave a block of that size give its rate to that
// relative standard deviation: (1 − p) / p / deviation².
Count connections_for_deviation(Bytes size, Bytes period, double deviation);

}  // namespace tidemark
