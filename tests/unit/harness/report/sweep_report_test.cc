#include "harness/report/sweep_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/approved.h"
#include "tests/support/swept_runs.h"

namespace tidemark {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SweepAnswer buffers() {
  SweepSpec spec = buffer_spec();
  spec.connections = {10'000};
  return fold_sweep(spec, buffer_cells(), buffer_runs());
}

TEST(SweepReport, Terminal) {
  expect_approved("sweep/buffers.txt", sweep_text(buffers(), {}));
}

TEST(SweepReport, Markdown) {
  expect_approved("sweep/buffers.md", sweep_markdown(buffers()));
}

TEST(SweepReport, Json) {
  expect_approved("sweep/buffers.json", sweep_json(buffers()));
}

TEST(SweepReport, JunitHasACaseForEachCell) {
  SweepAnswer answer = buffers();
  answer.cells[1].runs.push_back({Outcome::kLeak, "it <keeps> 2 B", ""});
  answer.cells[2].runs.push_back({Outcome::kError, "it died", ""});
  const std::string xml = sweep_junit(answer);
  EXPECT_THAT(xml, HasSubstr("tests=\"3\" failures=\"1\" errors=\"0\""));
  EXPECT_THAT(xml, HasSubstr("message=\"it &lt;keeps&gt; 2 B\""));
  // Where the baseline fails there is nothing to compare with.
  answer.spec.baseline = answer.cells[2].levels;
  EXPECT_THAT(sweep_junit(answer), HasSubstr("errors=\"1\""));
}

TEST(SweepReport, SeveralFactorsHaveAColumnEachAndEffects) {
  SweepSpec spec = buffer_spec();
  spec.factors.push_back({"malloc", {"system", "jemalloc"}, {}});
  spec.baseline["malloc"] = "system";
  std::vector<CellLevels> cells;
  std::vector<StoredRun> runs;
  for (const char* buffer : {"1MiB", "64KiB"})
    for (const char* malloc : {"system", "jemalloc"}) {
      cells.push_back({{"buffer", buffer}, {"malloc", malloc}});
      const bool large = std::string(buffer) == "1MiB";
      for (const std::uint32_t round : {0U, 1U})
        runs.push_back(swept_run(cells.back(),
                                 1000 * (large ? 1 + 0.01 * round : 1),
                                 large ? 1e6 : 7e4, round));
    }
  expect_approved("sweep/two_factors.txt",
                  sweep_text(fold_sweep(spec, cells, runs), {}));
}

TEST(SweepReport, WhatWasNotRunHasNoFigures) {
  const std::string text =
      sweep_text(fold_sweep(buffer_spec(), buffer_cells(), {}), {});
  EXPECT_THAT(text, HasSubstr("no cell can be compared with the baseline"));
  EXPECT_THAT(text, HasSubstr("0 of 9 runs"));
}

// Levels and places come from files and services of other people.
TEST(SweepReport, HostileTextsDoNothing) {
  SweepAnswer answer = buffers();
  answer.scenario_name = "\033[31mred";
  answer.cells[0].sites[0].place = "a\nb|c`<script>";
  for (const std::string& text :
       {sweep_text(answer, {}), sweep_markdown(answer)}) {
    EXPECT_THAT(text, Not(HasSubstr("\033")));
    EXPECT_THAT(text, Not(HasSubstr("a\nb")));
  }
  EXPECT_THAT(sweep_markdown(answer), Not(HasSubstr("<script>")));
}

}  // namespace
}  // namespace tidemark
