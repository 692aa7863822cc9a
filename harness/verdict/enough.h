// When a planned run may stop: as soon as one more cycle would not change
// what is said. Asked after each measured cycle.
//
// Rules that are looked at again and again must not err more often for it.
// Whole numbers are believed where chance does not explain them (chance.h);
// growth at random is called a leak only by rules that hold however often one
// looks (growth.cc); and nothing is called clean before the detection limit is
// kWantedLimit or kFewestCycles have been done.
#pragma once

#include <string>
#include <vector>

#include "tidemark/verdict.h"

namespace tidemark {

// Enough for a verdict where there are few connections in each; with 12 a leak
// of one in a hundred of 120 connections was passed in one of six runs.
inline constexpr int kFewestCycles = 20;

struct Enough {
  bool known = false;
  std::string why;  // what is known, or what is still to be found out
};

// Whether each way has come in two loaded cycles and each level of each factor
// as well, nothing of it in the newest cycle alone. Cheap, and asked first:
// before that nothing is judged. What does not come is not waited for for ever.
bool tried_all(const std::vector<CycleFacts>& cycles, CycleIndex baseline,
               const std::vector<std::string>& ways, const FactorSpec& factors);

// REQUIRES: tried_all().
Enough enough(const Evidence& evidence, const Judgement& judgement);

}  // namespace tidemark
