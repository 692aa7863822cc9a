#include "drivers/common/random.h"

namespace tidemark {

Random::Random(std::uint64_t seed) : state_(seed) {}

// splitmix64: every seed, 0 too, starts a full period of 2⁶⁴.
std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15ull;
  std::uint64_t x = state_;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

std::uint32_t Random::below(std::uint32_t limit) {
  const std::uint64_t draw = (*this)();
  return static_cast<std::uint32_t>((draw * limit) >> 32);
}

}  // namespace tidemark
