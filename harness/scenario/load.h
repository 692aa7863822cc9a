// From a scenario file to a Scenario. The result is complete: every default
// is filled in and every rule of the format has been checked, so nobody
// downstream needs to.
#pragma once

#include <string>
#include <string_view>

#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// `path` is for messages only. All problems of the text come back together,
// in one kUsage error whose message is what a person reads (see
// harness/scenario/diagnostics.h). An absent `name` becomes the file's name
// without folder and extension. `{{ port }}` stays as written: see
// harness/scenario/expand.h. Thread-safe; never throws.
Result<Scenario> load_scenario(const std::string& path, std::string_view text);

// Reads the file first; kUsage, too, if that fails.
Result<Scenario> load_scenario_file(const std::string& path);

}  // namespace tidemark
