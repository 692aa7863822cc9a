// `tidemark list` of a V8 heap snapshot: classes, and, if V8 tracked it, who
// allocated their objects. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "harness/runtimes/v8/heap_snapshot.h"
#include "tidemark/reporter.h"
#include "tidemark/result.h"

namespace tidemark {

// Only classes with `pattern` in their name, or in a function's or a file's
// that allocated them; most bytes first. kUsage: there is none.
Result<std::string> heap_snapshot_list(const V8Snapshot& snapshot,
                                       const std::string& pattern,
                                       std::size_t most_rows,
                                       const ReportStyle& style);

}  // namespace tidemark
