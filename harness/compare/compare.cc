#include "harness/compare/compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "harness/compare/figures.h"
#include "harness/compare/findings.h"

namespace tidemark {
namespace {

using Runs = std::span<const RunRecord>;

Status check_judged(Runs runs, const char* which) {
  if (runs.empty())
    return fail(ErrorKind::kUsage, fmt::format("{} has no runs", which));
  for (const RunRecord& run : runs)
    if (run.error || run.partial || !run.judgement)
      return fail(
          ErrorKind::kUsage,
          fmt::format("a run of {} ({}) did not come to a verdict{}", which,
                      run.scenario_name,
                      run.error ? ": " + run.error->message : std::string()),
          "records of whole runs can be compared: run it again");
  return {};
}

ComparedSide side_of(Runs runs) {
  ComparedSide side;
  side.path = runs.front().scenario_path;
  side.name = runs.front().scenario_name;
  for (const RunRecord& run : runs)
    side.runs.push_back(
        {run.judgement->outcome, run.judgement->reason, run.started_at, ""});
  side.limit = worst_limit(runs);
  return side;
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// "1 finding is new, 2 rates are higher, the peak is higher".
std::string say_worse(const VersionComparison& comparison) {
  std::size_t fresh = 0;
  std::size_t higher = 0;
  for (const FindingChange& change : comparison.findings) {
    if (!change.fails) continue;
    ++(change.change == ChangeKind::kNew ? fresh : higher);
  }
  std::vector<std::string> parts;
  if (fresh > 0)
    parts.push_back(counted(fresh, "finding is new", "findings are new"));
  if (higher > 0)
    parts.push_back(counted(higher, "rate is higher", "rates are higher"));
  for (const FigureChange& figure : comparison.figures)
    if (figure.fails)
      parts.push_back(fmt::format("{} is worse", to_word(figure.kind)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

// Why runs of NEW could not tell, where nothing else says so.
const RunRecord* blind_run(Runs after) {
  for (const RunRecord& run : after) {
    const Judgement& judgement = *run.judgement;
    const bool undecided = std::any_of(
        judgement.findings.begin(), judgement.findings.end(),
        [](const Finding& f) { return f.kind == FindingClass::kUndecided; });
    if (judgement.outcome == Outcome::kInconclusive && !undecided) return &run;
  }
  return nullptr;
}

void conclude(VersionComparison& comparison, Runs after) {
  const auto fails = [](const auto& change) { return change.fails; };
  const auto open = [](const auto& change) { return change.undecided; };
  const auto& findings = comparison.findings;
  const auto& figures = comparison.figures;
  if (std::any_of(findings.begin(), findings.end(), fails) ||
      std::any_of(figures.begin(), figures.end(), fails)) {
    comparison.outcome = ComparisonOutcome::kWorse;
    comparison.reason = say_worse(comparison);
    return;
  }
  comparison.outcome = ComparisonOutcome::kInconclusive;
  const auto finding = std::find_if(findings.begin(), findings.end(), open);
  const auto figure = std::find_if(figures.begin(), figures.end(), open);
  if (finding != findings.end()) {
    comparison.reason = fmt::format(
        "a finding may be worse: {}; more --rounds or cycles would decide it",
        finding->told);
  } else if (figure != figures.end()) {
    comparison.reason = fmt::format(
        "{} may be worse than allowed, within the noise; more --rounds would "
        "decide it",
        to_word(figure->kind));
  } else if (const RunRecord* blind = blind_run(after)) {
    comparison.reason = fmt::format("a run of NEW could not tell: {}",
                                    blind->judgement->reason);
  } else {
    comparison.outcome = ComparisonOutcome::kNothingWorse;
    comparison.reason = "NEW keeps nothing that OLD does not keep";
  }
}

}  // namespace

Result<VersionComparison> compare_runs(Runs before, Runs after,
                                       std::optional<double> max_slowdown) {
  TIDEMARK_TRY(check_judged(before, "OLD"));
  TIDEMARK_TRY(check_judged(after, "NEW"));
  VersionComparison comparison;
  comparison.max_slowdown = max_slowdown;
  comparison.before = side_of(before);
  comparison.after = side_of(after);
  comparison.findings = compare_findings(before, after);
  Figures figures = compare_figures(before, after, max_slowdown);
  comparison.figures = std::move(figures.changes);
  comparison.notes = std::move(figures.notes);
  conclude(comparison, after);
  return comparison;
}

}  // namespace tidemark
