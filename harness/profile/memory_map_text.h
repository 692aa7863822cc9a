// The part of a legacy profile that says which file was mapped where. Private
// to this folder.
#pragma once

#include <string_view>

#include "harness/profile/profile.h"

namespace tidemark {

// "MAPPED_LIBRARIES:" or "--- Memory map: ---".
bool begins_memory_map(std::string_view line);

// Adds the executable mappings of `text`, in the form of /proc/PID/maps or the
// shorter one that pprof knows,
//
//   40000-80000 /path/to/binary (@FF00) abc123456
//
// and gives each location that has an address the mapping that it is in.
// Neighbours that are of one file become one, the main program is put first,
// and addresses in no mapping get one without a name, all as in pprof. Lines
// of another form are left out.
void add_memory_map(std::string_view text, Profile& profile);

}  // namespace tidemark
