#include <optional>

#include "harness/cli/commands.h"
#include "harness/cli/destinations.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/forecast_option.h"
#include "harness/cli/output.h"
#include "harness/cli/stored_record.h"
#include "harness/verdict/forecast.h"

namespace tidemark {
namespace {

Status report_one(const std::string& path,
                  const std::optional<ForecastRecord>& forecast,
                  const OutputOptions& options) {
  Result<RunRecord> record = stored_record(path);
  TIDEMARK_TRY(record);
  if (forecast && record->judgement) {
    record->forecast = forecast;
    add_forecasts(*record);
  }
  return write_report(*record, options);
}

}  // namespace

int cmd_report(const ReportOptions& options) {
  const Result<std::optional<ForecastRecord>> forecast =
      parse_forecast(options.forecast);
  if (!forecast) return print_error(forecast.error());
  if (const Status good = check_outputs(options.output); !good)
    return print_error(good.error());
  if (const Status good =
          check_one_page(options.output, options.records.size());
      !good)
    return print_error(good.error());
  int code = kExitPass;
  for (const std::string& path : options.records)
    if (Status done = report_one(path, *forecast, options.output); !done)
      code = worse(code, print_error(done.error()));
  return code;
}

}  // namespace tidemark
