// A V8 heap snapshot, read while it comes: from the inspector in chunks, or
// from a file in pieces.
//
//   {"snapshot":{…},                         see snapshot_meta.h
//    "nodes":[9,1,1,0,6,0,0, …],             node_count × node_fields
//    "edges":[1,1,7, …],                     edge_count × edge_fields, in the
//                                            order of the nodes that have them
//    "trace_function_infos":[…], "trace_tree":[1,0,7,864,[2,9,0,0,[ …
//    "samples":[…], "locations":[…],         not read
//    "strings":["<dummy>", …]}
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "harness/runtimes/v8/heap_snapshot.h"
#include "tidemark/result.h"

namespace tidemark {

// Whether a file begins as a heap snapshot does; some 100 bytes are enough.
bool looks_like_heap_snapshot(std::string_view beginning);

// Nothing in the snapshot is believed: what is wrong is kUsage and says at
// which byte, and memory is bounded by what has come, not by what it promises.
class SnapshotParser {
 public:
  SnapshotParser();
  SnapshotParser(SnapshotParser&&) noexcept;
  SnapshotParser& operator=(SnapshotParser&&) noexcept;
  ~SnapshotParser();

  // The next bytes; they may end anywhere. After an error always that error.
  Status feed(std::string_view piece);

  // What was read. An error if it is not complete. REQUIRES: nothing is called
  // after it.
  Result<V8Snapshot> finish();

 private:
  struct Reading;
  std::unique_ptr<Reading> reading_;
};

}  // namespace tidemark
