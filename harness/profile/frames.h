// Which frames and samples of a profile are looked at.
#pragma once

#include <string>
#include <string_view>

#include "harness/profile/name_pattern.h"
#include "harness/profile/profile.h"
#include "tidemark/result.h"

namespace tidemark {

// Without the leaves that the profile itself says are of no interest
// (drop_frames and not keep_frames): from the first of them that is called by
// another function, all up to the leaf. A stack of nothing else stays. An
// expression that is none, or takes too long, drops nothing. As pprof's
// RemoveUninteresting; to be called once names are known.
Profile without_dropped_frames(Profile profile);

// The samples with a function, a source file or a module that `focus` is in
// and without one that `ignore` is in; empty: any, none. kUsage: an
// expression is none, or takes too long.
Result<Profile> focused(Profile profile, const std::string& focus,
                        const std::string& ignore);

// A function's name up to its parameters: "(anonymous namespace)::f(int)" is
// "(anonymous namespace)::f". What drop_frames is compared with.
std::string_view without_parameters(std::string_view name);

}  // namespace tidemark
