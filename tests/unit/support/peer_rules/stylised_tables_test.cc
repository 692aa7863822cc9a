// The rules and the stylised services together, against the published
// comparison: what each rule calls a leak, in per cent of its runs. It was made
// with other random numbers, of 2,000 runs and, after a warm-up, of 400.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/peer_rules/peer_rules.h"
#include "tests/support/peer_rules/stylised_services.h"

namespace tidemark::peers {
namespace {

struct Row {
  const char* rule;
  std::vector<double> percent;  // in the order of kStylisedKinds
};

double percent_of(const PeerRule& rule, StylisedKind kind,
                  const PeerBudget& budget, int runs, PeerAnswer wanted) {
  int times = 0;
  for (int run = 0; run < runs; ++run) {
    StylisedService service(kind, static_cast<std::uint64_t>(run) * 64 +
                                      static_cast<std::uint64_t>(kind));
    if (judge_within(rule, service.player(), budget) == wanted) ++times;
  }
  return 100.0 * times / runs;
}

// Four standard errors of the two together. None is below that of a half per
// cent, of which nothing may be seen in so many runs.
double allowed(double percent, int runs, int theirs) {
  const double p = std::min(std::max(percent / 100, 0.005), 0.995);
  return 400 * std::sqrt(p * (1 - p) * (1.0 / runs + 1.0 / theirs));
}

void expect_rows(const std::vector<Row>& rows, const PeerBudget& budget,
                 int runs, int theirs) {
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kStylisedKinds.size(); ++i) {
      const double got = percent_of(peer_rule(row.rule), kStylisedKinds[i],
                                    budget, runs, PeerAnswer::kLeak);
      EXPECT_NEAR(got, row.percent[i], allowed(row.percent[i], runs, theirs))
          << row.rule << ", column " << i + 1;
    }
  }
}

TEST(StylisedTables, AsPublishedTheRulesCallTheseALeak) {
  expect_rows(
      {{"2 snapshots", {29.4, 100, 100, 30.6, 68.3, 100, 100, 100, 61.8, 34.5}},
       {"fuite 7", {0, 13.5, 15.9, 0, 38.8, 38.6, 37.1, 13.8, 13.9, 0}},
       {"fuite 7, prime", {0, 0, 0, 0, 0, 36.5, 38.8, 1.6, 0, 0}},
       {"BLeak 8", {0, 100, 97.3, 0, 2.2, 100, 100, 100, 0.7, 0}},
       {"CPython -R 3:3",
        {0.3, 100, 99.5, 0.2, 23.9, 100, 100, 100, 15.7, 0.5}},
       {"LeakCanary 5×2", {0, 100, 100, 0, 13.8, 100, 100, 100, 6.8, 0}},
       {"psleak, rule 1", {0, 0, 0, 0, 0, 100, 100, 95.2, 0, 0}},
       {"Mann-Kendall 20, p < 0.05",
        {4.1, 100, 100, 5.5, 100, 100, 100, 100, 100, 61}}},
      kAsPublished, 1000, 2000);
}

TEST(StylisedTables, AfterTheSameWarmupTheyCallTheseALeak) {
  expect_rows(
      {{"2 snapshots", {33, 36.5, 40, 28.5, 69.5, 100, 100, 100, 78.5, 35.5}},
       {"fuite 7", {0, 0, 5, 0, 39.8, 37.2, 38.2, 13.2, 13.5, 0.2}},
       {"BLeak 8", {0, 0, 0, 0, 2.2, 100, 100, 100, 13.5, 0}},
       {"CPython -R 3:3", {0, 0.5, 2.5, 0, 24.2, 100, 100, 100, 43.2, 1.5}},
       {"LeakCanary 5×2", {0, 0, 0.2, 0, 15.2, 100, 100, 100, 52.5, 0}}},
      {200, 60, 0}, 400, 400);
}

TEST(StylisedTables, WithSixtyCyclesAfterItTheyCallTheseALeak) {
  expect_rows({{"LeakCanary 5×2", {0, 0, 0, 0, 14.2, 100, 100, 100, 98.5, 0}},
               {"Mann-Kendall 60, p < 0.001",
                {0, 0.5, 39.2, 0, 100, 100, 100, 100, 100, 100}}},
              {200, 60, 60}, 400, 400);
}

TEST(StylisedTables, TheCrossoverTellsTimeFromConnections) {
  const PeerBudget budget{200, 60, 0};
  const auto percent = [&](StylisedKind kind, PeerAnswer answer) {
    return percent_of(peer_rule("crossover"), kind, budget, 200, answer);
  };
  EXPECT_EQ(percent(StylisedKind::kClean, PeerAnswer::kClean), 100);
  EXPECT_GE(percent(StylisedKind::kSaturating, PeerAnswer::kClean), 97);
  EXPECT_GE(percent(StylisedKind::kPool, PeerAnswer::kClean), 97);
  EXPECT_GE(percent(StylisedKind::kTime, PeerAnswer::kTime), 97);
  EXPECT_EQ(percent(StylisedKind::kLeak, PeerAnswer::kLeak), 100);
  EXPECT_EQ(percent(StylisedKind::kNoisyLeak, PeerAnswer::kLeak), 100);
  const auto near = [&](StylisedKind kind, PeerAnswer answer, double wanted) {
    EXPECT_NEAR(percent(kind, answer), wanted, allowed(wanted, 200, 400));
  };
  near(StylisedKind::kLazyThread, PeerAnswer::kLeak, 2.8);
  near(StylisedKind::kLazyThread, PeerAnswer::kBounded, 30.2);
  near(StylisedKind::kLeak1Percent, PeerAnswer::kLeak, 98.5);
  near(StylisedKind::kLeak1PerMille, PeerAnswer::kLeak, 6.2);
  near(StylisedKind::kLeak1PerMille, PeerAnswer::kBounded, 26.8);
}

TEST(StylisedTables, WithTenTimesTheConnectionsOnePerMilleIsFound) {
  const PeerBudget budget{2000, 60, 0};
  EXPECT_NEAR(percent_of(peer_rule("crossover"), StylisedKind::kLeak1PerMille,
                         budget, 100, PeerAnswer::kLeak),
              97.8, allowed(97.8, 100, 400));
  // The warm-up passes what bounds it.
  EXPECT_EQ(percent_of(peer_rule("crossover"), StylisedKind::kLru, budget, 50,
                       PeerAnswer::kClean),
            100);
}

// What a rule spends on a service that always grows, and ever more: in cycles,
// or where a run is one cycle of many calls, in cycles' worth of connections.
double spent_by(const PeerRule& rule, int allowed_cycles) {
  int cycles = 0;
  double connections = 0;
  const auto grow = [&](int opened) {
    ++cycles;
    connections += opened;
    return 10 * connections * cycles;
  };
  EXPECT_NE(rule.judge({grow, 100, allowed_cycles, 64}), PeerAnswer::kClean)
      << rule.name;
  const bool calls = std::string(rule.name).starts_with("psleak");
  return calls ? std::ceil(connections / 100) : cycles;
}

TEST(StylisedTables, EveryRuleSpendsWhatItSays) {
  for (const PeerRule& rule : peer_rules()) {
    if (std::string(rule.name).starts_with("fuite")) continue;  // divides
    EXPECT_EQ(spent_by(rule, 0), rule.cycles) << rule.name;
    for (const int allowed_cycles : {240, 1000}) {
      EXPECT_LE(spent_by(rule, allowed_cycles), allowed_cycles) << rule.name;
      EXPECT_GT(spent_by(rule, allowed_cycles), allowed_cycles / 2)
          << rule.name;
    }
  }
}

}  // namespace
}  // namespace tidemark::peers
