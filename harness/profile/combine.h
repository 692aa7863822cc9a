// Several profiles as one, and what one has that another has not. The rules
// are pprof's, so that both give the same numbers.
#pragma once

#include <vector>

#include "harness/profile/profile.h"
#include "tidemark/result.h"

namespace tidemark {

// The sum. Places are the same if they are at the same address of the same
// file (its size, rounded up to pages, its offset, and its build id or else its
// name tell) and have the same lines; samples, if they have the same stack and
// labels. Only the sample types that all have are kept, in the order of the
// first; samples of zeros are left out. kUsage: there are none in common.
// REQUIRES: at least one.
Result<Profile> merged(const std::vector<Profile>& profiles);

enum class Against {
  kSubtracted,  // what was there before is taken off: pprof's -base
  kCompared,    // as well, and percentages are of the base: -diff_base
};

// `profile` − `base`. `normalise`: each column of `profile` is first multiplied
// by the quotient of the base's sum and its own, rounded to the nearest whole
// number, halves away from zero; a column whose sum is 0 becomes 0. Unlike
// pprof, samples that only have values in columns whose quotient is 1 stay.
Result<Profile> difference(Profile profile, Profile base, Against against,
                           bool normalise);

// One sample type alone, under a name that may be another. REQUIRES: there is
// one of that number.
Profile single_type(const Profile& profile, std::size_t value,
                    const ValueType& type);

}  // namespace tidemark
