// Heap snapshots of V8 as files, for `tidemark top` and `tree`.
#pragma once

#include <string>

#include "harness/cli/commands.h"
#include "tidemark/result.h"

namespace tidemark {

// Whether a file begins as one: a V8 heap snapshot. false if it cannot be read.
bool is_heap_snapshot(const std::string& path);

// The table that is wanted of it, with progress on stderr. REQUIRES: is one.
Result<std::string> heap_snapshot_table(const HoldingsOptions& options);

}  // namespace tidemark
