// Which ways kill the service, when all of them together do. Private to this
// folder.
#pragma once

#include "harness/hunt/laboratory.h"

namespace tidemark {

struct Killer {
  WeightedClose way;
  Error error;  // what the run said that it alone ended
};

// Every one of `ways` that ends a run in an error by itself, found by halves:
// d of n cost about d · log2(n) short runs. What kills only together with
// others, or only after many cycles, is not among them.
std::vector<Killer> find_killers(const HuntSubject& subject, const Ways& ways,
                                 Laboratory& laboratory);

}  // namespace tidemark
