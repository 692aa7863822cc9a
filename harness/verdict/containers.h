// Containers that grow by more room: one block that is replaced by a larger
// one each time it is full, by whatever factor or step. Counts of blocks do
// not show them, and their bytes move once in a while; but when each block was
// born says how full the one before it was.
//
//   a block of s bytes was full between C(b−1) and C(b) connections, b being
//   the cycle in which its successor was born: what is in it was at most s
//   after C(b−1) connections, and at least s after C(b)
//
// A straight line through all of these is growth per connection (likewise per
// second); a container that reached its size and stays has none.
#pragma once

#include <vector>

#include "harness/verdict/classify.h"

namespace tidemark {

// A leak or growth with time where a line fits so many steps that it is not
// one by chance; undecided where a line fits fewer, or none does and the
// container grows on; nothing otherwise. Rates are bytes: of objects nothing
// is known.
std::vector<Draft> containers_that_grow(const Evidence& evidence,
                                        const std::vector<Dose>& doses);

}  // namespace tidemark
