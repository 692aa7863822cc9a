#include <fmt/format.h>

#include "harness/base/text_file.h"
#include "harness/cli/commands.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/output.h"
#include "harness/report/record_json.h"

namespace tidemark {
namespace {

Status report_one(const std::string& path, const OutputOptions& options) {
  Result<std::string> text = read_file(path);
  if (!text)
    return fail(ErrorKind::kUsage, text.error().message,
                "a record is what `tidemark run` keeps in its records folder");
  Result<RunRecord> record = from_json(*text);
  if (!record)
    return fail(ErrorKind::kUsage,
                fmt::format("{}: {}", path, record.error().message),
                record.error().hint);
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
