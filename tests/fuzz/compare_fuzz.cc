// Two records that somebody else wrote, the second behind a line of three
// dashes: compared and reported, and the one held to the other as a baseline.
// Whatever is in them, a ratchet never allows more than it did.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/compare/baseline.h"
#include "harness/compare/compare.h"
#include "harness/compare/findings.h"
#include "harness/report/compare_report.h"
#include "harness/report/html.h"
#include "harness/report/record_json.h"
#include "harness/verdict/forecast.h"

namespace {

using namespace tidemark;

void compare(const RunRecord& before, const RunRecord& after) {
  const std::vector<RunRecord> old_runs{before, before};
  const std::vector<RunRecord> new_runs{after, before};
  for (const std::optional<double> slowdown :
       {std::optional<double>(), std::optional<double>(5)}) {
    const Result<VersionComparison> comparison =
        compare_runs(old_runs, new_runs, slowdown);
    if (!comparison) return;
    (void)compare_text(*comparison, ReportStyle{});
    (void)compare_json(*comparison);
    (void)compare_junit(*comparison);
    (void)compare_markdown(*comparison);
    (void)compare_html(*comparison, old_runs, new_runs);
  }
}

void hold_to(const RunRecord& baseline, const RunRecord& now) {
  (void)known_rules(baseline, "base.json");
  const std::optional<Tightened> tighter = tightened(baseline, now);
  if (!tighter) return;
  const std::vector<Finding>& before = baseline.judgement->findings;
  const std::vector<Finding>& after = tighter->baseline.judgement->findings;
  if (after.size() > before.size()) std::abort();
  // What it wrote can be read, and is tight: the same run changes nothing.
  const Result<RunRecord> again = from_json(to_json(tighter->baseline));
  if (!again) std::abort();
  if (tightened(tighter->baseline, now)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kBetween = "\n---\n";
  const std::size_t middle = text.find(kBetween);
  const Result<RunRecord> before = from_json(text.substr(0, middle));
  if (!before) return 0;
  Result<RunRecord> after =
      middle == std::string_view::npos
          ? before
          : from_json(text.substr(middle + kBetween.size()));
  if (!after) return 0;
  compare(*before, *after);
  if (before->judgement && after->judgement) hold_to(*before, *after);
  if (after->judgement) {
    after->forecast = ForecastRecord{40, {512 << 20}, "", {}, {}};
    add_forecasts(*after);
  }
  return 0;
}
