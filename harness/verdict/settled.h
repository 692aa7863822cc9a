// What the linger watch did to a series.
#pragma once

#include <optional>

#include "harness/verdict/rings.h"

namespace tidemark {

// Many of its blocks went away while watched, and in the later half of the
// watch, too: nobody knows whether the rest will. When half of them are gone,
// if that goes on as it went; nullopt: they stand still.
std::optional<Duration> still_going(const Series& series);

// Of a series of which some went away while watched and the rest stands still:
// the rest. What was in flight at the baseline has not been replaced by it.
// Any other series as it is.
Series as_settled(const Series& series);

}  // namespace tidemark
