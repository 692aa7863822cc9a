// Findings that turn out to be one. Private to this folder.
#pragma once

#include <deque>

#include "tidemark/hunt.h"

namespace tidemark {

// What the screenings took for several may be one by what confirms it: then
// the one with fewest ways stands for all.
void merge_alike(std::deque<HuntFinding>& findings);

}  // namespace tidemark
