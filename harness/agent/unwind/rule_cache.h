// The unwind rules of return addresses, compiled to 16 bytes each.
//
// Direct-mapped, one per thread, no lock; all zero is empty. Only what can be
// decided from (pc, rsp, rbp) and a few stack words is compiled; everything
// else is marked kSlow.
#pragma once

#include <cstdint>

namespace tidemark::agent {

enum class RuleKind : std::uint8_t {
  kEmpty = 0,
  kFromRsp,  // CFA = rsp + cfa_offset
  kFromRbp,  // CFA = rbp + cfa_offset
  kDeref,    // CFA = *(rbp + cfa_offset), rbp = *(rbp + rbp_offset): what gcc
             // writes for functions that realign their stack
  kEnd,      // the stack ends here
  kSlow,     // not expressible
};

struct FastRule {
  std::uint64_t key;  // the return address, xor the epoch's mark
  std::int32_t cfa_offset;
  // Relative to the CFA; -8, the return address' own slot, if rbp is
  // unchanged.
  std::int16_t rbp_offset;
  RuleKind kind;
  bool restores_rbp;
};
static_assert(sizeof(FastRule) == 16);

inline constexpr unsigned kRules = 8192;

struct RuleCache {
  alignas(64) FastRule rule[kRules];
};

// Compiles the rule of the frame to which a call at `return_address` returns.
FastRule compile_rule(std::uint64_t return_address);

// Looks the rule up; compiles it where it is missing. `mark` makes rules of
// an older epoch miss.
inline const FastRule& rule_of(RuleCache& cache, std::uint64_t return_address,
                               std::uint64_t mark);

// Puts the compiled rule into its place; out of line, it is the rare half.
[[gnu::noinline, gnu::cold]] const FastRule& fill_rule(
    FastRule& place, std::uint64_t return_address, std::uint64_t mark);

inline const FastRule& rule_of(RuleCache& cache, std::uint64_t return_address,
                               std::uint64_t mark) {
  FastRule& place = cache.rule[return_address % kRules];
  if (__builtin_expect(place.key == (return_address ^ mark), 1)) return place;
  return fill_rule(place, return_address, mark);
}

}  // namespace tidemark::agent
