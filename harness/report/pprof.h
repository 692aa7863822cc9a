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

// Who holds it: the same blocks by the chain of holders that keeps them, from
// the block itself (the leaf) to the root that a name in the service stands
// for. A block that nothing points to has the root "lost: …". Labels as
// above, and `root`, its kind, with what it alone keeps (`retained`) and its
// LeakShare (`leak_share`) in bytes. A record whose findings say nothing of
// their holders gives all that is held at the end, if that is known.
std::unique_ptr<Reporter> make_pprof_holders_reporter();

}  // namespace tidemark
