// One series in, at most one finding out: what kind of growth it is, per
// what, at which rate, and the sentence that says why.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/verdict/rings.h"
#include "tidemark/verdict.h"

namespace tidemark {

// Events that show the course of a growth; at the end of a long plan the fewest
// are enough, if nothing else grows.
inline constexpr double kCourseEvents = 40;
inline constexpr double kFewestEvents = 10;

// A finding before its budget is applied and before co-varying sites are
// merged into it.
struct Draft {
  Finding finding;
  std::uint32_t group = 0;
  std::vector<Bytes> sizes;  // of the sites
  bool zoomed = false;
  std::vector<double> objects_per_unit;  // one per merged draft
  double confidence = 0;  // t of the growth; for "what would decide it"
  // By which a leak at random came: blocks, or clumps of them. 0: not counted.
  double events = 0;
};

// Growth that a whole number of objects per unit explains, or that was
// released while watched. The first to ask: it needs no statistics.
std::optional<Draft> classify_exactly(const Series& series,
                                      std::span<const Dose> doses);

// What continues one of those that are `known`, at the same rate: it may be too
// little to be believed alone, as a site is that was zoomed in a moment ago.
std::optional<Draft> classify_other_half(const Series& series,
                                         std::span<const Dose> doses,
                                         std::span<const Draft> known);

// Everything else: bounded, one-off, leak at random, growth with time, or
// undecided. nullopt: noise, nothing to report.
std::optional<Draft> classify(const Series& series,
                              std::span<const Dose> doses);

}  // namespace tidemark
