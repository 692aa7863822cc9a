// A rule that says: this finding is known, is bounded by this much, and is
// not what the run shall fail for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/units.h"

namespace tidemark {

// Why something that stays is put up with. The words are the rule's `kind`.
// kKnown: a baseline has it.
enum class SuppressionKind { kLeak, kCache, kLibrary, kKnown };

const char* to_word(
    SuppressionKind kind);  // "leak", "cache", "library", "known"

// `libfoo < 1.2.3`: true of a finding if its stack has a module of that name
// whose file carries such a version ("libfoo.so.1.2.0").
struct VersionPredicate {
  enum class Comparison { kLess, kAtMost, kEqual, kNot, kAtLeast, kMore };

  std::string module;  // without ".so" and what is behind it
  Comparison comparison = Comparison::kEqual;
  std::vector<std::uint32_t> version;

  bool operator==(const VersionPredicate&) const = default;
};

// So much may stay for each connection, or each second.
struct GrowthBound {
  double bytes = 0;
  double objects = 0;

  bool operator==(const GrowthBound&) const = default;
};

// At least one of `fingerprint` and `frames` is there; with both, both must
// fit. There is no rule without a bound: for what grows with time it is
// `per_second` if the rule has it, so that a slower machine keeps it; for all
// else `per_connection`.
struct SuppressionRule {
  std::string where;  // "suppressions.yaml:3"
  std::string fingerprint;
  // Globs (* and ?) for frames of the stack of the place that a finding
  // names: "function" or "module!function", innermost first; others may be
  // between them.
  std::vector<std::string> frames;
  SuppressionKind kind = SuppressionKind::kLeak;
  std::optional<GrowthBound> per_connection;
  std::optional<GrowthBound> per_second;
  // Of a finding with that unit, in place of both: what a baseline has.
  std::string unit;
  std::optional<GrowthBound> per_unit;
  std::string bug;
  std::string owner;
  std::string expires;  // "2027-01-31", the last day it holds; empty: never
  std::optional<VersionPredicate> applies;

  bool operator==(const SuppressionRule&) const = default;
};

}  // namespace tidemark
