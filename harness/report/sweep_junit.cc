#include <fmt/format.h>

#include "harness/report/junit_suite.h"
#include "harness/report/sweep_report.h"
#include "harness/report/sweep_words.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

std::string name_of(const SweepCell& cell) {
  std::string name;
  for (const auto& [factor, level] : cell.levels)
    name += fmt::format("{}{}={}", name.empty() ? "" : ", ", factor, level);
  return name;
}

// As the exit code has it: a cell that leaks fails; one whose runs failed is an
// answer, unless it is the one that the others are measured from.
void add_cell(const SweepAnswer& answer, const SweepCell& cell,
              JunitSuite& suite) {
  const std::string* leak = nullptr;
  const std::string* error = nullptr;
  for (const SweepRun& run : cell.runs) {
    if (run.outcome == Outcome::kLeak && leak == nullptr) leak = &run.reason;
    if (run.outcome == Outcome::kError && error == nullptr) error = &run.reason;
  }
  const bool open = error != nullptr && cell.levels == answer.spec.baseline;
  suite.add_case(name_of(cell), leak != nullptr, open,
                 leak != nullptr ? *leak
                 : open          ? *error
                                 : "");
}

}  // namespace

std::string sweep_junit(const SweepAnswer& unsafe) {
  const SweepAnswer answer = printable_answer(unsafe);
  JunitSuite suite(answer.scenario_name);
  for (const SweepCell& cell : answer.cells) add_cell(answer, cell, suite);
  // How long its runs took together stands in their records.
  return suite.finish(answer.started_at, {});
}

}  // namespace tidemark
