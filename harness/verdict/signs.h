// What the classes of growth are told by. Private to growth.cc.
#pragma once

#include <span>

#include "harness/verdict/decline.h"
#include "harness/verdict/shape.h"
#include "harness/verdict/units.h"

namespace tidemark {

// A level that scatters has lost so much of what is kept at the least.
inline constexpr double kNoneGone = 0.02;
// Deviations: it may be running out, where there are few events to tell.
inline constexpr double kMayRunOut = 1;
// Loaded ones at the end: what ran out is over.
inline constexpr double kQuietRings = 4;

// Of the cycles that are old enough.
struct Signs {
  Shape shape;
  UnitFit unit;             // the likeliest
  double telling = 0;       // loaded rings in which that occurred
  double telling_with = 0;  // those of them with survivors
  double gone = 0;          // objects that went away, old ones or young
  double net = 0;           // survivors less old ones that they replaced
  double walk_t = 0;        // mean step of the level over its standard error
  double walk_t_ever = 0;   // the same with idle cycles
  double student_t = 0;     // of the survivors per unit, ring by ring
  double events = 0;        // by which they came: blocks, or clumps of blocks
  double most_events = 0;   // as many as there may have been
  Decline decline;          // over warm-up and measured cycles
  Decline late_decline;     // over the later half of the measured ones
  // Per second, where some came while idle.
  Decline decline_by_time;
  double events_by_time = 0;
  double lately = 0;       // survivors of the last few cycles that had the unit
  double rise_lately = 0;  // of the level, over the same
  // Idle: in idle cycles, or while watched at the end.
  double idle_seen = 0;     // objects
  double idle_seconds = 0;  // over which that is known
  double idle_rings = 0;    // with survivors
  double watched = 0;       // objects seen after the last cycle
  double against_time = 0;  // deviations fewer while idle than time explains
  bool no_cause = false;    // what left something also came and left nothing

  double idle_rate() const {
    return idle_seconds > 0 ? idle_seen / idle_seconds : 0;
  }
  // What of `shape.total` time alone would have left.
  double by_time() const { return idle_rate() * shape.seconds; }
};

// What the newest cycle has left may be in flight: only what outlived a whole
// cycle, or the linger watch, is residue.
Series without_newest(const Series& series, std::size_t measured);

// REQUIRES: `doses` is the series' window.
Signs signs_of(const Series& series, std::span<const Dose> doses);

}  // namespace tidemark
