#include "harness/cli/baseline_file.h"

#include <fmt/format.h>

#include <optional>

#include "harness/base/text_file.h"
#include "harness/cli/stored_record.h"
#include "harness/compare/baseline.h"
#include "harness/report/record_json.h"

namespace tidemark {

Result<RunRecord> stored_baseline(const std::string& path) {
  Result<RunRecord> record = stored_record(path);
  TIDEMARK_TRY(record);
  if (record->error || record->partial || !record->judgement)
    return fail(ErrorKind::kUsage,
                fmt::format("{}: that run did not come to a verdict", path),
                "a baseline is the record of a whole run, as "
                "tidemark-out/NAME.json after `tidemark run`");
  return record;
}

Status tighten_baseline(const std::string& path, const RunRecord& baseline,
                        const RunRecord& now) {
  const std::optional<Tightened> less = tightened(baseline, now);
  if (!less) return {};
  TIDEMARK_TRY(write_file_atomically(path, to_json(less->baseline)));
  fmt::print(stderr, "tidemark: {} is tighter: {} lower, {} gone\n", path,
             less->lower, less->gone);
  return {};
}

}  // namespace tidemark
