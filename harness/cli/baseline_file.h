// The record that later runs are held to, in its file.
#pragma once

#include <string>

#include "tidemark/result.h"
#include "tidemark/run_record.h"

namespace tidemark {

// kUsage: there is no such file, or it is no record of a whole run.
Result<RunRecord> stored_baseline(const std::string& path);

// Writes into the file what `now`, a run that passed, found less of, and says
// so on stderr. The file is as it was if nothing is less, or on an error.
Status tighten_baseline(const std::string& path, const RunRecord& baseline,
                        const RunRecord& now);

}  // namespace tidemark
