// What an allocator takes for a block of a given size. Pure.
#pragma once

#include <cstdint>
#include <vector>

namespace tidemark {

class SizeClasses {
 public:
  // Blocks take exactly what is asked for: for an allocator that is unknown.
  static SizeClasses exact() { return SizeClasses(Rule::kExact, {}); }
  // glibc: 8 bytes before each block, multiples of 16, at least 32; a mapping
  // of its own for a block that does not fit an arena.
  static SizeClasses glibc() { return SizeClasses(Rule::kGlibc, {}); }
  // As the allocator tells: the sizes that it has, the smallest first; whole
  // pages above the last.
  static SizeClasses of(std::vector<std::uint64_t> sizes) {
    return SizeClasses(Rule::kTable, std::move(sizes));
  }

  // Never less than `bytes`.
  std::uint64_t taken_for(std::uint64_t bytes) const;

 private:
  enum class Rule { kExact, kGlibc, kTable };
  SizeClasses(Rule rule, std::vector<std::uint64_t> sizes);

  Rule rule_;
  std::vector<std::uint64_t> sizes_;
};

}  // namespace tidemark
