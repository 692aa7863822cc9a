#include "harness/scenario/matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "harness/scenario/load.h"
#include "tests/unit/harness/scenario/words.h"

namespace tidemark {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string with_matrix(const std::string& matrix,
                        const std::string& load = "") {
  return "version: 1\nmatrix:\n" + matrix +
         "target:\n  command: [./server, \"--buffer={{ buffer.bytes }}\"]\n"
         "load:\n  url: \"ws://127.0.0.1:9001/\"\n" +
         load;
}

SweepSpec swept(const std::string& text) {
  const auto spec = load_sweep("my.yaml", text, test_words());
  if (!spec) ADD_FAILURE() << spec.error().message;
  if (spec && !*spec) ADD_FAILURE() << "no matrix";
  return spec && *spec ? **spec : SweepSpec{};
}

std::string complaint(const std::string& text) {
  const auto spec = load_sweep("my.yaml", text, test_words());
  return spec ? "" : spec.error().message + "\n" + spec.error().hint;
}

Result<Scenario> in(const CellLevels& cell, const std::string& text) {
  LoadRules rules;
  rules.cell = cell;
  return load_scenario("my.yaml", text, test_words(), rules);
}

TEST(Matrix, FactorsKeepTheFilesOrderAndDefaultsAreFilledIn) {
  const SweepSpec spec =
      swept(with_matrix("  buffer: [64KiB, 4KiB]\n  size: [10, 20]\n",
                        "  send: { size: \"{{ size }}\" }\n"));
  ASSERT_EQ(spec.factors.size(), 2U);
  EXPECT_EQ(spec.factors[0].name, "buffer");
  EXPECT_THAT(spec.factors[0].levels, ElementsAre("64KiB", "4KiB"));
  EXPECT_THAT(spec.factors[0].values, ElementsAre(65536, 4096));
  EXPECT_EQ(spec.baseline, (CellLevels{{"buffer", "64KiB"}, {"size", "10"}}));
  EXPECT_EQ(spec.repeat, 3U);
  EXPECT_EQ(spec.repeat_most, 3U);
  EXPECT_TRUE(spec.shuffled);
  EXPECT_DOUBLE_EQ(spec.max_loss, 0.05);
}

TEST(Matrix, SettingsAreRead) {
  const SweepSpec spec = swept(with_matrix(
      "  buffer: [64KiB, 4KiB]\n  repeat: 5\n  order: written\n  seed: 7\n"
      "  baseline: { buffer: 4KiB }\n  maxLoss: 2.5%\n"
      "  forConnections: [30, 1000]\n"));
  EXPECT_EQ(spec.repeat, 5U);
  EXPECT_EQ(spec.repeat_most, 5U);
  EXPECT_FALSE(spec.shuffled);
  EXPECT_EQ(spec.seed, 7U);
  EXPECT_EQ(spec.baseline.at("buffer"), "4KiB");
  EXPECT_DOUBLE_EQ(spec.max_loss, 0.025);
  EXPECT_THAT(spec.connections, ElementsAre(30, 1000));
}

TEST(Matrix, RunsMayHaveALeastAndAMost) {
  const auto bounds = [](const std::string& repeat) {
    const SweepSpec spec = swept(
        with_matrix("  buffer: [64KiB, 4KiB]\n  repeat: " + repeat + "\n"));
    return std::pair(spec.repeat, spec.repeat_most);
  };
  EXPECT_EQ(bounds("{ min: 2, max: 9 }"), std::pair(2U, 9U));
  EXPECT_EQ(bounds("{ max: 9 }"), std::pair(3U, 9U));
  EXPECT_EQ(bounds("{ max: 2 }"), std::pair(2U, 2U));
  EXPECT_EQ(bounds("{ min: 7 }"), std::pair(7U, 7U));
  EXPECT_THAT(
      complaint(with_matrix(
          "  buffer: [64KiB, 4KiB]\n  repeat: { min: 9, max: 2 }\n")),
      HasSubstr(
          "`matrix.repeat`: wanted min up to max, found min 9 and max 2"));
}

TEST(Matrix, LevelsThatAreWordsHaveNoNumbers) {
  EXPECT_TRUE(swept(with_matrix("  buffer: [4KiB, large]\n"))
                  .factors[0]
                  .values.empty());
}

TEST(Matrix, CellsAreAllCombinationsButThoseLeftOut) {
  SweepSpec spec;
  spec.factors = {{"a", {"1", "2"}, {}}, {"b", {"x", "y"}, {}}};
  spec.exclude = {{{"a", "2"}, {"b", "x"}}};
  EXPECT_THAT(sweep_cells(spec),
              ElementsAre(CellLevels{{"a", "1"}, {"b", "x"}},
                          CellLevels{{"a", "1"}, {"b", "y"}},
                          CellLevels{{"a", "2"}, {"b", "y"}}));
}

TEST(Matrix, LevelsGoWhereTheFileSaysAndNumbersAreNumbers) {
  const auto scenario =
      in({{"buffer", "4KiB"}},
         with_matrix("  buffer: [64KiB, 4KiB]\n  many: [10, 20]\n",
                     "  connections: \"{{ many }}\"\n"));
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_THAT(scenario->target.command,
              ElementsAre("./server", "--buffer=4096"));
  EXPECT_EQ(scenario->flows[0].connections, 10U);
  EXPECT_EQ(scenario->cell, (CellLevels{{"buffer", "4KiB"}, {"many", "10"}}));
}

// A level may be a word, and still not the name of a variable.
TEST(Matrix, OtherVariablesStay) {
  const auto scenario =
      in({},
         "version: 1\nmatrix: { buffer: [1] }\n"
         "target: { command: [./server, \"{{ port }}\", \"{{buffer}}\"] }\n"
         "load: { url: \"ws://127.0.0.1:{{ port }}/\" }\n");
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_THAT(scenario->target.command,
              ElementsAre("./server", "{{ port }}", "1"));
}

TEST(Matrix, AFileWithoutOneIsNoSweepAndHasNothingToSet) {
  const std::string plain =
      "version: 1\ntarget: { command: [./server] }\n"
      "load: { url: \"ws://127.0.0.1:9001/\" }\n";
  const auto spec = load_sweep("my.yaml", plain, test_words());
  ASSERT_TRUE(spec);
  EXPECT_FALSE(*spec);
  EXPECT_FALSE(in({{"buffer", "1"}}, plain));
  EXPECT_TRUE(in({}, plain));
}

TEST(Matrix, ARunIsToldWhichCommandItNeeds) {
  const auto scenario =
      load_scenario("my.yaml", with_matrix("  buffer: [1, 2]\n"), test_words());
  ASSERT_FALSE(scenario);
  EXPECT_THAT(scenario.error().message, HasSubstr("tidemark sweep"));
  EXPECT_THAT(scenario.error().hint, HasSubstr("--set buffer=1"));
}

TEST(Matrix, WhatIsNotThereCannotBeSet) {
  const std::string text = with_matrix("  buffer: [1, 2]\n");
  EXPECT_THAT(in({{"bufer", "1"}}, text).error().hint, HasSubstr("buffer"));
  EXPECT_THAT(in({{"buffer", "3"}}, text).error().hint, HasSubstr("1 and 2"));
}

TEST(Matrix, ProblemsAreNamed) {
  EXPECT_THAT(complaint(with_matrix("  buffer: 4KiB\n")),
              HasSubstr("wanted a list of 1 to 100 levels"));
  EXPECT_THAT(complaint(with_matrix("  buffer: [1, 1]\n")),
              HasSubstr("found `1` twice"));
  EXPECT_THAT(complaint(with_matrix("  repeat: 3\n")),
              HasSubstr("wanted 1 to 8 factors, found 0"));
  EXPECT_THAT(complaint(with_matrix("  buffer: [1]\n  port: [2]\n")),
              HasSubstr("tidemark's own"));
  EXPECT_THAT(complaint(with_matrix("  buffer: [1]\n  other: [2, 3]\n")),
              HasSubstr("nothing in the file says {{ other }}"));
  EXPECT_THAT(
      complaint(with_matrix("  buffer: [1, 2]\n  exclude: [{ bufer: 1 }]\n")),
      HasSubstr("`bufer` is no factor of the matrix"));
  EXPECT_THAT(
      complaint(with_matrix("  buffer: [1, 2]\n  exclude: [{ buffer: 1 }]\n")),
      HasSubstr("left out by `matrix.exclude`"));
  EXPECT_THAT(complaint(with_matrix("  buffer: [1, 2]\n  exclude: [{}]\n")),
              HasSubstr("an empty one leaves all of them out"));
  EXPECT_THAT(
      complaint(with_matrix("  buffer: [1, 2]\n  baseline: { buffer: 3 }\n")),
      HasSubstr("one of its levels: 1 or 2"));
  for (const char* loss : {"5", "0%", "100%", "-1%", "x", "1.2.3%"})
    EXPECT_THAT(complaint(with_matrix("  buffer: [1, 2]\n  maxLoss: " +
                                      std::string(loss) + "\n")),
                HasSubstr("a part of all, as 5%"))
        << loss;
}

// A setting that makes one of its cells an impossible scenario.
TEST(Matrix, TheCellOfAProblemIsNamed) {
  const std::string said =
      complaint(with_matrix("  buffer: [1]\n  many: [10, none]\n",
                            "  connections: \"{{ many }}\"\n"));
  EXPECT_THAT(said, HasSubstr("`load.connections`"));
  EXPECT_THAT(said, HasSubstr("in the cell buffer=1, many=none"));
}

TEST(Matrix, MoreRunsThanAnybodyWaitsForAreRefused) {
  std::string levels = "0";
  for (int i = 1; i < 100; ++i) levels += ", " + std::to_string(i);
  EXPECT_THAT(complaint(with_matrix(
                  "  buffer: [" + levels + "]\n  many: [" + levels + "]\n",
                  "  connections: \"{{ many }}\"\n")),
              HasSubstr("wanted at most 2000 runs"));
}

}  // namespace
}  // namespace tidemark
