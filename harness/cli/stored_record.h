// The record of a run, from its file.
#pragma once

#include <string>

#include "tidemark/result.h"
#include "tidemark/run_record.h"

namespace tidemark {

// kUsage: there is no such file, or it is no record of this version.
Result<RunRecord> stored_record(const std::string& path);

// The same of what has been read from there.
Result<RunRecord> record_from(const std::string& text, const std::string& path);

}  // namespace tidemark
