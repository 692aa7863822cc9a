// How long a service's memory lasts at a rate of arrivals. Pure.
#pragma once

#include "tidemark/run_record.h"
#include "tidemark/units.h"
#include "tidemark/verdict.h"

namespace tidemark {

// Bytes per second, with the interval that they are in.
struct ByteRate {
  double value = 0;
  double low = 0;
  double high = 0;
};

// headroom / rate: soonest at the high end, latest at the low one, and never
// if that is zero. 512 MiB at 40 connections/s and 17.07 ± 0.75 B each:
//
//   2²⁹ B / (40/s · 17.07 B) = 786,300 s = 9.1 days, ± 0.4
//
// REQUIRES: 0 <= low <= value <= high, value > 0.
Forecast forecast(Bytes headroom, const ByteRate& rate);

// A leak per way of closing comes as often as the scenario's own mix, that of
// its warm-up, has that way. For every leak and growth with time that has a
// rate in bytes, and for all of them together, whether they fail or are
// allowed: memory does not ask. What follows from the record alone is replaced.
// `record.forecast` has arrivals and headroom; REQUIRES: it and the judgement
// are there.
void add_forecasts(RunRecord& record);

}  // namespace tidemark
