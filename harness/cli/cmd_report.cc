#include "harness/cli/commands.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/output.h"
#include "harness/cli/stored_record.h"

namespace tidemark {
namespace {

Status report_one(const std::string& path, const OutputOptions& options) {
  const Result<RunRecord> record = stored_record(path);
  TIDEMARK_TRY(record);
  return write_report(*record, options);
}

}  // namespace

int cmd_report(const ReportOptions& options) {
  int code = kExitPass;
  for (const std::string& path : options.records)
    if (Status done = report_one(path, options.output); !done)
      code = worse(code, print_error(done.error()));
  return code;
}

}  // namespace tidemark
