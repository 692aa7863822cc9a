// How long it is worth waiting for late releases before the verdict.
#pragma once

#include <vector>

#include "tidemark/verdict.h"

namespace tidemark {

// Of the first measured cycle's blocks, `now` after the start of the run; zero
// if there are none.
Duration age_of_oldest(const std::vector<CycleFacts>& cycles,
                       CycleIndex baseline, Duration now);

// What is known so far leaves doubt: `linger`. What is certain to stay must
// have stayed for that long, too, since blocks that a timer is to free look
// like a leak until then: the rest of it. Nothing grows: zero.
Duration worth_watching(const std::vector<Finding>& findings, Duration linger,
                        Duration age);

// Failing findings that are still worth watching may go yet: they are made
// undecided. Whether there were any.
bool doubt_unwatched(std::vector<Finding>& findings, Duration linger,
                     Duration age);

}  // namespace tidemark
