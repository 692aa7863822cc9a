#include <nlohmann/json.hpp>

#include "harness/report/compare_report.h"
#include "harness/report/compare_words.h"
#include "harness/report/estimate_json.h"
#include "harness/report/site_text.h"

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

Json side_json(const ComparedSide& side) {
  Json runs = Json::array();
  for (const ComparedRun& run : side.runs)
    runs.push_back({{"outcome", to_word(run.outcome)},
                    {"reason", run.reason},
                    {"started_at", run.started_at},
                    {"record", run.kept_at}});
  return {{"path", side.path},
          {"name", side.name},
          {"runs", std::move(runs)},
          {"detection_limit",
           {{"bytes_per_connection", side.limit.bytes_per_connection},
            {"objects_per_connection", side.limit.objects_per_connection},
            {"connections", side.limit.connections.value}}}};
}

Json finding_json(const FindingChange& change) {
  return {{"change", to_word(change.change)},
          {"fails", change.fails},
          {"undecided", change.undecided},
          {"class", to_word(change.kind)},
          {"fingerprint", change.fingerprint},
          {"standin", change.standin},
          {"place", change.site ? Json(place_of(*change.site)) : Json(nullptr)},
          {"old_runs", change.old_runs},
          {"new_runs", change.new_runs},
          {"unit", change.unit},
          {"bytes", change.in_bytes},
          {"old", estimate_json(change.before)},
          {"new", estimate_json(change.after)},
          {"told", change.told}};
}

const char* unit_of(FigureKind kind) {
  if (kind == FigureKind::kPeak) return "bytes";
  return kind == FigureKind::kThroughput ? "1/s" : "s";
}

Json figure_json(const FigureChange& figure) {
  return {{"figure", to_word(figure.kind)},
          {"unit", unit_of(figure.kind)},
          {"old", figure.before_median},
          {"new", figure.after_median},
          {"old_runs", figure.before},
          {"new_runs", figure.after},
          {"change", estimate_json(figure.change)},
          {"verdict", to_word(figure.verdict)},
          {"fails", figure.fails},
          {"undecided", figure.undecided}};
}

}  // namespace

std::string compare_json(const VersionComparison& unsafe) {
  const VersionComparison comparison = printable_comparison(unsafe);
  Json findings = Json::array();
  for (const FindingChange& change : comparison.findings)
    findings.push_back(finding_json(change));
  Json figures = Json::array();
  for (const FigureChange& figure : comparison.figures)
    figures.push_back(figure_json(figure));
  const Json json = {
      {"tidemark_comparison", comparison.version},
      {"outcome", to_word(comparison.outcome)},
      {"reason", comparison.reason},
      {"tidemark_version", comparison.tidemark_version},
      {"started_at", comparison.started_at},
      {"took_ns", comparison.took.count()},
      {"max_slowdown", comparison.max_slowdown ? Json(*comparison.max_slowdown)
                                               : Json(nullptr)},
      {"old", side_json(comparison.before)},
      {"new", side_json(comparison.after)},
      {"findings", std::move(findings)},
      {"figures", std::move(figures)},
      {"notes", comparison.notes}};
  return json.dump(1) + "\n";
}

}  // namespace tidemark
