#include "tests/support/peer_rules/stylised_services.h"

#include <algorithm>
#include <cmath>

namespace tidemark::peers {
namespace {

constexpr double kCacheSize = 500;
constexpr double kLruSize = 100'000;
constexpr int kConnectionsPerThread = 25;
constexpr double kObjectsPerThread = 4;
constexpr int kScatter = 30;

}  // namespace

StylisedService::StylisedService(StylisedKind kind, std::uint64_t seed)
    : kind_(kind), random_(seed) {
  base_ = std::uniform_int_distribution<int>(50, 500)(random_);
}

double StylisedService::play(int connections) {
  total_ += connections;
  largest_ = std::max(largest_, connections);
  switch (kind_) {
    case StylisedKind::kSaturating:
      fill_cache(connections);
      break;
    case StylisedKind::kLazyThread:
      meet_threads(connections);
      break;
    case StylisedKind::kTime:
      kept_ += 1;
      break;
    case StylisedKind::kLeak1Percent:
      kept_ += std::binomial_distribution<int>(connections, 0.01)(random_);
      break;
    case StylisedKind::kLeak1PerMille:
      kept_ += std::binomial_distribution<int>(connections, 0.001)(random_);
      break;
    default:
      break;
  }
  static constexpr std::array kJitter{0, 0, 0, 0, 0, 1, 1, 2, 3};
  return base_ + extra() + kJitter[random_() % kJitter.size()];
}

double StylisedService::extra() {
  switch (kind_) {
    case StylisedKind::kPool:
      return largest_;
    case StylisedKind::kLru:
      return std::min(total_, kLruSize);
    case StylisedKind::kLeak:
      return total_;
    case StylisedKind::kNoisyLeak:
      return total_ +
             std::uniform_int_distribution<int>(-kScatter, kScatter)(random_);
    default:
      return kept_;
  }
}

// From one new entry straight to the next: how many connections are between
// them is geometric.
void StylisedService::fill_cache(int connections) {
  std::uniform_real_distribution<double> uniform(0, 1);
  double left = connections;
  while (kept_ < kCacheSize) {
    const double miss = kept_ / kCacheSize;
    const double hits =
        miss > 0 ? std::floor(std::log(1 - uniform(random_)) / std::log(miss))
                 : 0;
    left -= hits + 1;
    if (left < 0) return;
    kept_ += 1;
  }
}

void StylisedService::meet_threads(int connections) {
  to_thread_ += connections;
  for (; to_thread_ >= kConnectionsPerThread;
       to_thread_ -= kConnectionsPerThread) {
    bool& met = threads_[random_() % threads_.size()];
    if (!met) kept_ += kObjectsPerThread;
    met = true;
  }
}

}  // namespace tidemark::peers
