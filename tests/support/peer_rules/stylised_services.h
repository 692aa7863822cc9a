// The services of the published comparison of leak rules, each a number: its
// level is where it began, what its behaviour adds, and jitter from
// {0, 0, 0, 0, 0, 1, 1, 2, 3}. Nothing of a real service is in them but that.
#pragma once

#include <array>
#include <cstdint>
#include <random>

#include "tests/support/peer_rules/peer_rule.h"

namespace tidemark::peers {

enum class StylisedKind {
  kClean,
  kSaturating,  // an entry per connection with probability 1 − size / 500
  kLazyThread,  // each 25th connection meets one of 64 threads; 4 at the first
  kPool,        // as many as the largest cycle had connections
  kTime,        // one more each cycle, idle or not
  kLru,         // all connections, but no more than 100,000
  kLeak,        // one per connection
  kNoisyLeak,   // the same, with up to 30 more or fewer at any time
  kLeak1Percent,
  kLeak1PerMille,
};

inline constexpr std::array kStylisedKinds{
    StylisedKind::kClean,        StylisedKind::kSaturating,
    StylisedKind::kLazyThread,   StylisedKind::kPool,
    StylisedKind::kTime,         StylisedKind::kLru,
    StylisedKind::kLeak,         StylisedKind::kNoisyLeak,
    StylisedKind::kLeak1Percent, StylisedKind::kLeak1PerMille,
};

class StylisedService {
 public:
  StylisedService(StylisedKind kind, std::uint64_t seed);

  // One cycle; the level after it.
  double play(int connections);

  PlayCycle player() {
    return [this](int connections) { return play(connections); };
  }

 private:
  void fill_cache(int connections);
  void meet_threads(int connections);
  double extra();

  StylisedKind kind_;
  std::mt19937_64 random_;
  double base_;
  double kept_ = 0;       // by the behaviour
  double total_ = 0;      // connections so far
  int largest_ = 0;       // cycle so far
  double to_thread_ = 0;  // connections since one met a thread
  std::array<bool, 64> threads_{};
};

}  // namespace tidemark::peers
