// Who holds most of a V8 heap, and who holds what one asks for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/runtimes/managed/named_retention.h"
#include "harness/runtimes/managed/object_graph.h"
#include "harness/runtimes/managed/top_roots.h"
#include "harness/runtimes/v8/heap_snapshot.h"
#include "harness/runtimes/v8/object_groups.h"
#include "tidemark/result.h"

namespace tidemark {

// Objects that are asked about.
struct SnapshotQuestion {
  std::vector<std::string> types;  // names of classes; none: of all
  // Only what has a higher id, which is what was born after the snapshot with
  // this last_id(). Ids that tell no birth are higher than none.
  std::uint32_t born_after = 0;
};

struct SnapshotOptions {
  // Called when a part of the work begins, in its words; false: enough, the
  // answer is kInterrupted. May be empty.
  std::function<bool(const std::string& phase)> progress;
  std::size_t most_paths = 20;  // of each question
  std::size_t most_rows = 100;  // of `top` and `roots`
  // So many classes that keep most, but plain ones, are one question more.
  std::size_t ways_of_top = 0;
};

struct SnapshotAnswer {
  std::vector<TopHolder> top;
  std::vector<TopRoot> roots;
  std::vector<NamedRetention> of_questions;  // in their order, folded
  NamedRetention of_top;                     // SnapshotOptions::ways_of_top
  Count objects;
  Bytes bytes;
};

// The snapshot is used up, so that the answer has its memory.
Result<SnapshotAnswer> answer_of(V8Snapshot snapshot,
                                 std::span<const SnapshotQuestion> questions,
                                 const SnapshotOptions& options);

// A snapshot from a file, in pieces; `progress` is told how far it is in per
// cent. kUsage: it is none, or broken, with the byte; kInterrupted as above.
Result<V8Snapshot> read_snapshot_file(
    const std::string& path,
    const std::function<bool(const std::string& phase)>& progress);

}  // namespace tidemark
