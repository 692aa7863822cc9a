// The verdict: Evidence in, Judgement out. Pure: no clock, no file, the same
// answer for the same evidence.
//
// Survivors by birth cycle (rings) decide: the same whole number per
// connection, per close of one kind or per message in every loaded cycle and
// none in idle ones is a leak; survivors in proportion to the time, idle
// cycles included, are time growth; survivors that replaced older ones are
// bounded; survivors that went away while watched are lingering. What
// follows no such rule is tested by the crossover regression and else called
// undecided, which makes the run inconclusive.
#pragma once

#include "tidemark/verdict.h"

namespace tidemark {

Judgement judge(const Evidence& evidence);

}  // namespace tidemark
