// Where reports go.
#pragma once

#include <string>

#include "harness/cli/commands.h"
#include "tidemark/reporter.h"
#include "tidemark/run_record.h"

namespace tidemark {

ReportStyle style_for(const OutputOptions& options);

// To stdout, or to a file that is written as a whole.
Status write_text(const std::string& text, const std::string& path);

// Renders the record as the options say and writes it to stdout or a file.
Status write_report(const RunRecord& record, const OutputOptions& options);

}  // namespace tidemark
