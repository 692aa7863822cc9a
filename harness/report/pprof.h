// The residue as a heap profile, for `go tool pprof` and whatever else reads
// its format.
#pragma once

#include <memory>

#include "tidemark/reporter.h"

namespace tidemark {

// Who allocated what stayed: for every finding in the heap and each of its
// sites, blocks and bytes that are live at the end and were born after the
// baseline, by whole stack, as inuse_objects and inuse_space. Labels:
// `finding` (its fingerprint), `class`, `unit`, and the blocks' size. Not
// text: the whole of a .pb.gz file.
std::unique_ptr<Reporter> make_pprof_reporter();

}  // namespace tidemark
