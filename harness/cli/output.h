// Where reports go.
#pragma once

#include "harness/cli/commands.h"
#include "tidemark/run_record.h"

namespace tidemark {

// Renders the record as the options say and writes it to stdout or a file.
Status write_report(const RunRecord& record, const OutputOptions& options);

}  // namespace tidemark
