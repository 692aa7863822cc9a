// Fast random numbers that are the same for the same seed on every machine:
// for masks, keys, payloads and shuffles. Not for secrets.
#pragma once

#include <cstdint>

namespace tidemark {

// One thread at a time.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();

  // 32 bits at a time, as masking keys are drawn.
  std::uint32_t operator()() {
    return static_cast<std::uint32_t>(next() >> 32);
  }

  // A number in [0, limit), each as likely as the others to within 2⁻³².
  // REQUIRES: limit > 0.
  std::uint32_t below(std::uint32_t limit);

 private:
  std::uint64_t state_;
};

}  // namespace tidemark
