// Names for the places of profiles that come without.
#pragma once

#include "harness/profile/profile.h"

namespace tidemark {

// Addresses in files that are on this machine become functions and lines;
// mangled names become readable; and leaves that the profile says nobody wants
// to see are gone (without_dropped_frames). What is not known stays.
Profile with_names(Profile profile);

}  // namespace tidemark
