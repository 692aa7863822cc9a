// Profiles of every form that is known, told by what is in them and never by
// what they are called.
#pragma once

#include <string_view>

#include "harness/profile/profile.h"
#include "tidemark/result.h"

namespace tidemark {

// pprof's protobuf or a legacy heap profile, packed by gzip or not. kUsage:
// what was looked for and what there is, or what is wrong with it.
Result<Profile> read_profile(std::string_view bytes);

}  // namespace tidemark
