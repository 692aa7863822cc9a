// pprof's own format: github.com/google/pprof/proto/profile.proto.
#pragma once

#include <string_view>

#include "harness/profile/profile.h"
#include "tidemark/result.h"

namespace tidemark {

// A profile from its protobuf, not packed. Nothing in the bytes is believed:
// kUsage with what is wrong, where pprof would refuse it, too (numbers of
// strings, locations and functions that there are none of, samples with too
// few values, two profiles one after the other).
Result<Profile> read_pprof(std::string_view protobuf);

}  // namespace tidemark
