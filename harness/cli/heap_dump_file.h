// `tidemark top`, `list` and `tree` of a heap dump.
#pragma once

#include <string>

#include "harness/cli/commands.h"
#include "tidemark/result.h"

namespace tidemark {

// Told by the file's first bytes.
bool is_heap_dump(const std::string& path);

// With progress on stderr where it takes long. kUsage: an option is for
// records or profiles, or the dump is broken.
Result<std::string> heap_dump_table(const HoldingsOptions& options);

}  // namespace tidemark
