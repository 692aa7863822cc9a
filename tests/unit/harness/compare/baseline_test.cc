// A baseline as what it is for: rules that are held against a later run, and
// a ratchet that turns one way.
#include "harness/compare/baseline.h"

#include <gtest/gtest.h>

#include "harness/run/suppress.h"
#include "tests/support/compared_runs.h"

namespace tidemark {
namespace {

// What the later run's findings come to.
struct Judged {
  Finding finding;
  SuppressionRecord rule;
};
Judged judged(const Finding& known, const Finding& now) {
  const std::vector<SuppressionRule> rules =
      known_rules(run_with({known}), "base.json");
  EXPECT_EQ(rules.size(), 1U);
  std::vector<Finding> findings{now};
  const std::vector<SuppressionRecord> records =
      suppress(rules, findings, {{}, "2026-11-21", Count{700}});
  return {findings.front(), records.front()};
}

TEST(Baseline, WhatItHasIsKnownAndDoesNotFail) {
  const Judged same = judged(leak_of("a", 96), leak_of("a", 96));
  EXPECT_FALSE(same.finding.fails);
  EXPECT_EQ(same.finding.suppressed,
            (Suppressed{"base.json", "known", "", "", ""}));
  EXPECT_FALSE(judged(leak_of("a", 96), leak_of("a", 40)).finding.fails);
}

TEST(Baseline, WhatItDoesNotHaveFails) {
  const Judged other = judged(leak_of("a", 96), leak_of("b", 96));
  EXPECT_TRUE(other.finding.fails);
  // That a known leak is gone is nothing to complain about.
  EXPECT_EQ(other.rule.complaint, "");
}

TEST(Baseline, MoreThanItsUpperBoundFails) {
  const Judged worse = judged(leak_of("a", 96), leak_of("a", 104));
  EXPECT_TRUE(worse.finding.fails);
  EXPECT_EQ(worse.rule.complaint,
            "knows a, of which there is more now: 104 B in 1 objects per "
            "connection where it allows 96.96 B in 1.01");
  // The upper end of the one interval, the lower end of the other.
  const Finding wide = leak_of("a", 10, 8, 12);
  EXPECT_FALSE(judged(wide, leak_of("a", 15, 12, 18)).finding.fails);
  EXPECT_TRUE(judged(wide, leak_of("a", 16, 13, 19)).finding.fails);
}

TEST(Baseline, RatesArePerUnitHoweverOftenItHappens) {
  Finding known = leak_of("a", 24);
  known.unit = "reset close";
  known.rate.bytes_per_unit = 96;
  known.rate.objects_per_unit = 4;
  Finding now = leak_of("a", 48);
  now.unit = "reset close";
  now.rate.bytes_per_unit = 96;
  now.rate.objects_per_unit = 4;
  EXPECT_FALSE(judged(known, now).finding.fails);
  now.unit = "abnormal close";
  EXPECT_TRUE(judged(known, now).finding.fails);
}

TEST(Baseline, CachesAndFindingsWithoutANameGiveNoRule) {
  Finding bounded = leak_of("a", 96);
  bounded.kind = FindingClass::kBounded;
  EXPECT_TRUE(
      known_rules(run_with({bounded, leak_of("", 96)}), "base.json").empty());
}

const Finding& first(const Tightened& result) {
  return result.baseline.judgement->findings.front();
}

TEST(Ratchet, ALowerBoundIsTaken) {
  const auto result =
      tightened(run_with({leak_of("a", 96)}), run_with({leak_of("a", 40)}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->lower, 1U);
  EXPECT_EQ(first(*result).rate, leak_of("a", 40).rate);
  EXPECT_EQ(result->baseline.judgement->outcome, Outcome::kLeak);
}

TEST(Ratchet, AHigherOrEqualBoundIsLeft) {
  const RunRecord baseline = run_with({leak_of("a", 10, 8, 12)});
  EXPECT_FALSE(tightened(baseline, run_with({leak_of("a", 10, 8, 12)})));
  EXPECT_FALSE(tightened(baseline, run_with({leak_of("a", 11, 8, 14)})));
  // Less on average, and less certain: nothing is known to be less.
  EXPECT_FALSE(tightened(baseline, run_with({leak_of("a", 9, 5, 13)})));
}

TEST(Ratchet, EachFindingIsTightenedByItself) {
  const auto result = tightened(run_with({leak_of("a", 96), leak_of("b", 20)}),
                                run_with({leak_of("a", 40), leak_of("b", 30)}));
  ASSERT_TRUE(result);
  const std::vector<Finding>& findings = result->baseline.judgement->findings;
  EXPECT_EQ(findings[0].rate.bytes_per_connection, 40);
  EXPECT_EQ(findings[1].rate.bytes_per_connection, 20);
}

TEST(Ratchet, WhatIsGoneIsTakenOutAndNothingIsAdded) {
  const auto result =
      tightened(run_with({leak_of("a", 96)}), run_with({leak_of("b", 5)}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->gone, 1U);
  EXPECT_TRUE(result->baseline.judgement->findings.empty());
  EXPECT_EQ(result->baseline.judgement->outcome, Outcome::kPass);
}

TEST(Ratchet, WhatARunCouldNotHaveSeenStays) {
  RunRecord blind = run_with({});
  blind.judgement->limit.objects_per_connection = 2;
  EXPECT_FALSE(tightened(run_with({leak_of("a", 96)}), blind));
}

TEST(Ratchet, AnotherUnitIsNoMeasure) {
  Finding now = leak_of("a", 40);
  now.unit = "message";
  EXPECT_FALSE(tightened(run_with({leak_of("a", 96)}), run_with({now})));
}

// However often it turns, and whatever the runs were: no bound grows.
TEST(Ratchet, NoSequenceOfRunsLoosensIt) {
  RunRecord baseline = run_with({leak_of("a", 100, 90, 110)});
  double bound = 110;
  for (const double value : {120.0, 80.0, 95.0, 60.0, 61.0, 60.5, 10.0, 50.0}) {
    const RunRecord now =
        run_with({leak_of("a", value, value * 0.9, value * 1.1)});
    if (const auto result = tightened(baseline, now))
      baseline = result->baseline;
    const double after =
        baseline.judgement->findings[0].rate.bytes_per_connection_high;
    EXPECT_LE(after, bound);
    bound = after;
  }
  EXPECT_DOUBLE_EQ(bound, 11);
}

}  // namespace
}  // namespace tidemark
