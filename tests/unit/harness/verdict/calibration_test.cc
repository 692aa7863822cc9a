// A few runs of each simulated service: whoever breaks a rule sees it here.
// The error rates themselves take thousands: ci/bench calibration.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/sim/simulate.h"

namespace tidemark {
namespace {

constexpr int kRuns = 12;

class Calibration : public testing::TestWithParam<SimCase> {};

bool has(const Judgement& judgement, FindingClass kind,
         const std::string& unit) {
  return std::any_of(judgement.findings.begin(), judgement.findings.end(),
                     [&](const Finding& finding) {
                       return finding.fails && finding.kind == kind &&
                              finding.unit == unit;
                     });
}

bool is_right(const SimTruth& truth, const Judgement& judgement) {
  switch (truth.growth) {
    case SimTruth::Growth::kNone:
      return judgement.outcome != Outcome::kLeak;
    case SimTruth::Growth::kTime:
      return has(judgement, FindingClass::kTimeGrowth, truth.unit);
    case SimTruth::Growth::kConnections:
    case SimTruth::Growth::kBoth:
      return has(judgement, FindingClass::kLeak, truth.unit);
    case SimTruth::Growth::kTooRare:
    case SimTruth::Growth::kUndecidable:
      break;
  }
  return true;
}

TEST_P(Calibration, IsRightInNearlyEveryRun) {
  const SimParameters with = first_parameters();
  const Scenario scenario = sim_scenario(GetParam(), with);
  int right = 0;
  int passed = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const SimResult result = simulate(GetParam(), with, seed, scenario);
    ASSERT_TRUE(result.record.judgement);
    const Judgement& judgement = *result.record.judgement;
    if (is_right(result.truth, judgement))
      ++right;
    else
      ADD_FAILURE() << "seed " << seed << ": " << to_word(judgement.outcome)
                    << ": " << judgement.reason;
    if (judgement.outcome == Outcome::kPass) ++passed;
    if (result.truth.growth != SimTruth::Growth::kNone) passed = kRuns;
  }
  EXPECT_EQ(right, kRuns);
  // Innocence is said, too, and not only guilt denied.
  EXPECT_GE(passed, kRuns / 2);
}

std::string name_of(const testing::TestParamInfo<SimCase>& of) {
  std::string name;
  for (const char c : of.param.name)
    if (std::isalnum(static_cast<unsigned char>(c))) name += c;
  return name + std::to_string(of.index);
}

INSTANTIATE_TEST_SUITE_P(Services, Calibration, testing::ValuesIn(sim_cases()),
                         name_of);

class RareWays : public testing::TestWithParam<SimCase> {};

// Too few of them for every run to end with a verdict; what stays behind here
// and there is not blamed on them, and what they leave is found.
TEST_P(RareWays, AreBlamedForWhatTheyLeaveOnly) {
  const SimParameters with = first_parameters();
  const Scenario scenario = sim_scenario(GetParam(), with);
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const SimResult result = simulate(GetParam(), with, seed, scenario);
    ASSERT_TRUE(result.record.judgement);
    const Judgement& judgement = *result.record.judgement;
    if (result.truth.growth != SimTruth::Growth::kNone) {
      EXPECT_TRUE(is_right(result.truth, judgement)) << "seed " << seed;
      continue;
    }
    for (const Finding& finding : judgement.findings)
      EXPECT_FALSE(finding.fails && finding.rate.exact)
          << "seed " << seed << ": " << finding.explanation;
  }
}

INSTANTIATE_TEST_SUITE_P(Services, RareWays,
                         testing::ValuesIn(rare_way_cases()), name_of);

const SimCase& named(const std::vector<SimCase>& cases,
                     const std::string& name) {
  return *std::find_if(cases.begin(), cases.end(),
                       [&](const SimCase& of) { return of.name == name; });
}

// What is said of one run, and what the truth is.
SimResult run_of(const SimCase& of, const SimParameters& with,
                 std::uint64_t seed) {
  return simulate(of, with, seed, sim_scenario(of, with));
}

// Forty places fill up by four blocks at a time: in these runs one of them had
// ten good cycles by chance.
TEST(Calibration, AFewEventsAmongManyPlacesThatGrowAreNoLeak) {
  const SimCase& busy = named(rare_way_cases(), "busy, 5 rare ways of 40");
  for (const std::uint64_t seed : {1000015, 1000094, 1000214})
    EXPECT_EQ(run_of(busy, first_parameters(), seed).record.judgement->outcome,
              Outcome::kInconclusive)
        << "seed " << seed;
}

// Per connection these look as if they ran out, as the warm-up did not idle.
TEST(Calibration, GrowthWithTimeIsToldByTheSecond) {
  const SimCase& time = named(sim_cases(), "time");
  for (const std::uint64_t seed : {2000110, 2000169, 2000200}) {
    const SimResult result = run_of(time, second_parameters(), seed);
    EXPECT_TRUE(is_right(result.truth, *result.record.judgement))
        << "seed " << seed << ": " << result.record.judgement->reason;
  }
}

// No run that ends by itself takes as long as a plan without an end.
TEST(Calibration, ALeakOfOnePerConnectionIsKnownAfterAFewCycles) {
  for (const SimCase& of : sim_cases()) {
    if (of.name != "leak 1") continue;
    const SimResult result = run_of(of, first_parameters(), 1);
    EXPECT_LE(result.record.cycles.size(), 12u);
    EXPECT_EQ(result.record.stopped_because, "the leak is known");
  }
}

}  // namespace
}  // namespace tidemark
