// A run on a sampled profile is judged by its samples, as if there were no
// other blocks: a leak of one block per connection leaves a sample of it for
// p(S) of them, at random, and whatever is said of random leaks is true of
// samples, its interval included. What was found is made into figures of all
// blocks, each size by its own 1 / p(S) (harness/verdict/sampling.h).
#pragma once

#include <string>
#include <vector>

#include "harness/verdict/classify.h"
#include "harness/verdict/rings.h"
#include "tidemark/verdict.h"

namespace tidemark {

// From samples to all blocks: rate, interval, residue and rings. Before they
// are merged: a leak has blocks of several sizes, and goroutines, and each rate
// and its interval has a factor of its own.
void to_estimates(const Evidence& evidence, const RingBook& book,
                  std::vector<Draft>& drafts);

// Likewise the shares of their sites, once they are filled in, and says so.
void tell_estimates(const Evidence& evidence, std::vector<Draft>& drafts);

// Likewise. A limit in samples is one in bytes, whatever their blocks' size:
// a sample stands for so many bytes of small blocks, and for more only of
// large ones. Objects are those of the limit's own size.
void to_estimates(const Evidence& evidence, DetectionLimit& limit);

// What a run of so many connections can see of 1 KiB that each leaves, and how
// many connections show it in 19 runs of 20: one sentence, to be said
// beforehand. REQUIRES: a period above 1.
std::string what_samples_show(Bytes period, Count connections);

}  // namespace tidemark
