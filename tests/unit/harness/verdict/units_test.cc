#include "harness/verdict/units.h"

#include <gtest/gtest.h>

#include "harness/verdict/least_squares.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

std::vector<Dose> planned(const Scenario& scenario = three_closes()) {
  FakeRun run(scenario);
  return measured_doses(run.play([](FakeRun&, const PlannedCycle&, double) {}));
}

template <class Rule>
std::vector<double> survivors(const std::vector<Dose>& doses, Rule rule) {
  std::vector<double> counts;
  for (const Dose& dose : doses) counts.push_back(rule(dose));
  return counts;
}

TEST(Units, AStrayBlockDoesNotSpoilAWholeNumber) {
  const std::vector<Dose> doses = planned();
  std::vector<double> counts =
      survivors(doses, [](const Dose& dose) { return 2 * dose.connections; });
  counts.back() += 2;
  const auto fit = fit_exactly(doses, counts);
  ASSERT_TRUE(fit.has_value());
  EXPECT_EQ(fit->unit, "connection");
  EXPECT_EQ(fit->per_unit, 2);
  EXPECT_FALSE(fit->every_ring);
  EXPECT_EQ(fit->agreeing, 8u);
}

TEST(Units, StraysInMostRingsDoSpoilIt) {
  const std::vector<Dose> doses = planned();
  std::vector<double> counts =
      survivors(doses, [](const Dose& dose) { return 2 * dose.connections; });
  for (std::size_t i = 0; i < 4; ++i) counts[i] += 2;
  EXPECT_FALSE(fit_exactly(doses, counts));
}

TEST(Units, HalfOfTheConnectionsIsNoWholeNumber) {
  const std::vector<Dose> doses = planned();
  EXPECT_FALSE(fit_exactly(doses, survivors(doses, [](const Dose& dose) {
                             return dose.connections / 2;
                           })));
}

TEST(Units, NothingLeftIsNoFit) {
  const std::vector<Dose> doses = planned();
  EXPECT_FALSE(fit_exactly(doses, std::vector<double>(doses.size(), 0)));
}

// 100 connections in each cycle, so many of them reset; below zero: idle.
std::vector<Dose> with_resets(const std::vector<int>& resets) {
  std::vector<Dose> doses;
  for (const int count : resets) {
    Dose dose;
    dose.kind = count < 0 ? CycleKind::kIdle : CycleKind::kLoaded;
    if (count >= 0) {
      dose.connections = 100;
      dose.closed = {{"graceful", 100.0 - count},
                     {"reset", static_cast<double>(count)}};
    }
    doses.push_back(dose);
  }
  return doses;
}

std::vector<double> resets_of(const std::vector<Dose>& doses) {
  return survivors(doses, [](const Dose& dose) {
    const auto found = dose.closed.find("reset");
    return found == dose.closed.end() ? 0 : found->second;
  });
}

TEST(Units, TwoStrayBlocksWhereTheResetsWereAreChance) {
  const std::vector<Dose> doses = with_resets({1, 0, -1, 1});
  EXPECT_FALSE(fit_exactly(doses, resets_of(doses)));
}

TEST(Units, ABlockPerResetIsBelievedAfterMoreCycles) {
  const std::vector<int> code = {1, 0, -1, 1, 0, -1, 0, 1, -1};
  std::vector<int> resets = code;
  EXPECT_FALSE(
      fit_exactly(with_resets(resets), resets_of(with_resets(resets))));
  while (resets.size() < 30)
    resets.insert(resets.end(), code.begin(), code.end());
  const std::vector<Dose> doses = with_resets(resets);
  const auto fit = fit_exactly(doses, resets_of(doses));
  ASSERT_TRUE(fit.has_value());
  EXPECT_EQ(fit->unit, "reset close");
  EXPECT_EQ(fit->per_unit, 1);
}

TEST(Units, AmountsThatFollowTheResetsAreBelievedSoon) {
  const std::vector<Dose> doses = with_resets({12, 3, -1, 7, 16});
  const auto fit = fit_exactly(doses, resets_of(doses));
  ASSERT_TRUE(fit.has_value());
  EXPECT_EQ(fit->unit, "reset close");
}

// A slot that is renewed at random is renewed once in eight cycles in a row.
TEST(Units, OneBlockPerCycleTakesMoreCyclesThanMany) {
  std::vector<Dose> doses(8);
  for (std::size_t i = 0; i < doses.size(); ++i)
    doses[i].connections = i % 2 == 0 ? 100 : 49;
  EXPECT_TRUE(fit_exactly(doses, std::vector<double>(8, 5)));
  EXPECT_FALSE(fit_exactly(doses, std::vector<double>(8, 1)));
  doses.insert(doses.end(), doses.begin(), doses.begin() + 2);
  const auto fit = fit_exactly(doses, std::vector<double>(10, 1));
  ASSERT_TRUE(fit.has_value());
  EXPECT_EQ(fit->unit, "cycle");
}

// What a window of a site has that was zoomed in a moment ago.
TEST(Units, TwoBurstsOfManyBlocksAreNoRate) {
  std::vector<Dose> doses(3);
  doses[0].connections = 5;
  doses[1].connections = 10;
  doses[2].kind = CycleKind::kIdle;
  EXPECT_FALSE(fit_exactly(doses, std::vector<double>{40, 80, 0}));
}

TEST(Units, ClosesByTheServiceAreAUnitOfTheirOwn) {
  std::vector<Dose> doses = planned();
  for (Dose& dose : doses) {
    if (dose.connections == 0) continue;
    dose.early = 5;
    dose.closed["graceful"] -= 5;
  }
  const auto fit = fit_exactly(
      doses, survivors(doses, [](const Dose& dose) { return 3 * dose.early; }));
  ASSERT_TRUE(fit.has_value());
  EXPECT_EQ(fit->unit, "close by the service");
  EXPECT_EQ(fit->per_unit, 3);
}

TEST(Units, FailedHandshakesAreAUnitOfTheirOwn) {
  std::vector<Dose> doses = planned();
  for (std::size_t i = 0; i < doses.size(); ++i) {
    doses[i].failed = static_cast<double>(i % 4);
  }
  const auto fit = fit_exactly(
      doses, survivors(doses, [](const Dose& dose) { return dose.failed; }));
  ASSERT_TRUE(fit.has_value());
  EXPECT_EQ(fit->unit, "failed handshake");
}

TEST(Units, TheLikeliestUnitIsTheConnectionUnlessAnotherIsClearlyBetter) {
  const std::vector<Dose> doses = planned();
  EXPECT_EQ(fit_likeliest(doses, survivors(doses,
                                           [](const Dose& dose) {
                                             return dose.connections / 100;
                                           }))
                .unit,
            "connection");
  EXPECT_EQ(fit_likeliest(
                doses, survivors(doses,
                                 [](const Dose& dose) {
                                   return dose.closed.count("reset") == 0
                                              ? 0
                                              : dose.closed.at("reset") * 1.5;
                                 }))
                .unit,
            "reset close");
}

TEST(Units, MessagesPerConnectionMustBeOneWholeNumber) {
  std::vector<Dose> doses = planned();
  EXPECT_EQ(messages_per_connection(doses), 2);
  doses.front().messages += 1;
  EXPECT_EQ(messages_per_connection(doses), std::nullopt);
}

TEST(LeastSquares, ColumnsThatCannotBeToldApartHaveNoAnswer) {
  EXPECT_FALSE(
      least_squares({{1, 2, 3}, {2, 4, 6}}, std::vector<double>{1, 2, 3}));
  EXPECT_EQ(rank_of({{1, 2, 3}, {2, 4, 6}}), 1u);
  const auto rates =
      least_squares({{1, 2, 3}, {1, 0, 2}}, std::vector<double>{5, 4, 12});
  ASSERT_TRUE(rates.has_value());
  EXPECT_NEAR((*rates)[0], 2, 1e-9);
  EXPECT_NEAR((*rates)[1], 3, 1e-9);
}

}  // namespace
}  // namespace tidemark
