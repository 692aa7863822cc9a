// What objects are parts of: a session's list of messages goes with the
// session. Pure.
#pragma once

#include <functional>
#include <vector>

#include "harness/runtimes/v8/census.h"
#include "harness/runtimes/v8/heap_snapshot.h"
#include "tidemark/units.h"

namespace tidemark::v8 {

// For each object the one that it is counted with, itself if it is no part. A
// part is of a class that says nothing, held by one object alone, and born
// with it: what an old object took up later is told apart. `born` is asked of
// objects whose ids tell it.
std::vector<ObjectIndex> wholes_of(
    const V8Snapshot& snapshot, const Census& census,
    const std::function<CycleIndex(ObjectIndex)>& born);

}  // namespace tidemark::v8
