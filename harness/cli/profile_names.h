// Names for the places of profiles that come without.
#pragma once

#include "harness/profile/profile.h"

namespace tidemark {

// Addresses in files that are on this machine become functions and lines, and
// mangled names become readable. What is not known stays.
Profile with_names(Profile profile);

}  // namespace tidemark
