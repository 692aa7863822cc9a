// A run's record as profiles: what `--format pprof` writes, and `tidemark top`
// counts. Pure.
#pragma once

#include "harness/profile/profile.h"
#include "tidemark/run_record.h"

namespace tidemark {

// Who allocated, by whole stack, as far as the record knows:
//
//   alloc_objects, alloc_space      since the agent came in, freed or not, by
//                                   the processes that are still there; blocks
//                                   of all sizes together
//   inuse_objects, inuse_space      live at the end, or when the service died;
//                                   of the sites that hold most of it
//   retained_space                  what one root alone keeps alive; its stack
//                                   is the root
//   residue_objects, residue_space  of those, what the findings say stayed:
//                                   born after the baseline. The default
//
// Columns of which nothing is known are left out, the residue never. Labels:
// `finding` (its fingerprint), `class`, `unit` (what it grows with:
// "connection", "reset close"), `standin`, `suppressed`, `kind` (a mapping is
// no block), `root`, and `bytes`, the size of each block. Libraries' functions
// below the service's own are there, and to be dropped (drop_frames): the leaf
// that is seen is who allocated.
Profile allocation_profile(const RunRecord& record);

// Who holds it: the blocks of the findings by the chain of holders that keeps
// them, from the block itself (the leaf) to the root that a name in the service
// stands for; a block that nothing points to has the root "lost: …". Of a
// record whose findings say nothing of their holders, all that is held.
//
//   held_objects, held_space     the blocks; the default
//   retained_space               of a root, once: what it alone keeps alive,
//                                other blocks included
//   leak_share                   likewise: what several reach is divided
Profile holder_profile(const RunRecord& record);

}  // namespace tidemark
