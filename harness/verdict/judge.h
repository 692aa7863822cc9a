// The verdict: Evidence in, Judgement out. Pure: no clock, no file, the same
// answer for the same evidence.
//
// Survivors by birth cycle (rings) decide: the same whole number per
// connection, per close of one kind or per message in every loaded cycle and
// none in idle ones is a leak; survivors in proportion to the time, idle
// cycles included, are time growth; survivors that replaced older ones are
// bounded; survivors that went away while watched are lingering. What
// follows no such rule is tested as growth at random (growth.cc) and else
// called undecided, which makes the run inconclusive.
#pragma once

#include <functional>
#include <vector>

#include "tidemark/verdict.h"

namespace tidemark {

// Called once with everything that was found, before the outcome is decided:
// may set `suppressed` and take `fails` away where it does.
using Excuse =
    std::function<void(std::vector<Finding>&, const DetectionLimit&)>;

Judgement judge(const Evidence& evidence, const Excuse& excuse = {});

}  // namespace tidemark
