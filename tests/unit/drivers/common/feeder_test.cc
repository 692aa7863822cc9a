// CSV files as variables: which cells are found, and what is refused.
#include "drivers/common/feeder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "harness/base/text_file.h"

namespace tidemark {
namespace {

// "a,b|c,d": columns, then rows; or the error.
std::string told(std::string text, const FeederSpec& spec = {}) {
  const Result<Feeder> feeder = Feeder::parse(spec, std::move(text), "u.csv");
  if (!feeder) return feeder.error().message;
  std::string story;
  for (const std::string& name : feeder->columns()) story += name + ",";
  for (std::size_t row = 0; row < feeder->rows(); ++row) {
    story += "|";
    for (std::size_t column = 0; column < feeder->columns().size(); ++column)
      story += std::string(feeder->cell(row, column)) + ",";
  }
  return story;
}

FeederSpec at(std::string path) {
  FeederSpec spec;
  spec.path = std::move(path);
  return spec;
}

TEST(Feeder, TheFirstRowNamesTheColumns) {
  EXPECT_EQ(told("user,token\nann,1\nbob,2\n"), "user,token,|ann,1,|bob,2,");
}

TEST(Feeder, LinesMayEndInCrlfAndTheLastNotAtAll) {
  EXPECT_EQ(told("user,token\r\nann,1\r\nbob,2"), "user,token,|ann,1,|bob,2,");
}

TEST(Feeder, QuotedCellsMayHoldCommasQuotesAndLineEnds) {
  EXPECT_EQ(told("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"1\r\n2\",\"\"\n"),
            "a,b,|x,y,say \"hi\",|1\r\n2,,");
}

TEST(Feeder, AByteOrderMarkAndEmptyLinesAreSkipped) {
  EXPECT_EQ(told("\xef\xbb\xbf\n user ,b\n\n1,2\n\r\n"), "user,b,|1,2,");
}

TEST(Feeder, EmptyCellsCount) { EXPECT_EQ(told("a,b\n,\n1,"), "a,b,|,,|1,,"); }

TEST(Feeder, AScenarioMayNameTheColumns) {
  FeederSpec named;
  named.fields = {"a", "b"};
  EXPECT_EQ(told("1,2\n3,4\n", named), "a,b,|1,2,|3,4,");
  named.skip_header = true;
  EXPECT_EQ(told("x,y\n3,4\n", named), "a,b,|3,4,");
}

TEST(Feeder, ErrorsHaveAPlaceAndSayWhatWasWanted) {
  EXPECT_EQ(told("a,b\n1,2\n\n\"x\ny\",2,3\n"),
            "u.csv:4: wanted 2 cells (a, b), found 3");
  EXPECT_EQ(told("a\n1\n\"x\n\n"), "u.csv:3: a cell's `\"` is never closed");
  EXPECT_EQ(told("a\nx\"y\n"),
            "u.csv:2: a `\"` inside a cell that does not begin with one");
  EXPECT_EQ(told("a\n\"x\"y\n"),
            "u.csv:2: wanted `,` or the line's end after a closing `\"`");
  EXPECT_EQ(told("a\rb\r"),
            "u.csv:1: wanted CRLF or LF at the line's end, found CR alone");
  EXPECT_EQ(told(""),
            "u.csv:1: wanted a row with the columns' names, found an empty "
            "file");
  EXPECT_EQ(told("a,b\n"), "u.csv:1: wanted rows (a, b), found none");
  EXPECT_EQ(told("a,,b\n1,2,3\n"),
            "u.csv:1: wanted a name for every column, found: a, , b");
  EXPECT_EQ(told("a,b,a\n1,2,3\n"), "u.csv:1: two columns are called `a`");
  EXPECT_EQ(told("$a\n1\n"), "u.csv:1: `$a` cannot be the name of a variable");
}

TEST(Feeder, AFileOfCommasIsRefusedInTime) {
  EXPECT_EQ(told(std::string(1 << 20, ',')),
            "u.csv:1: wanted at most 1024 columns, found 1048577");
}

TEST(Feeder, RowsComeInSequenceAndFromTheTopAgain) {
  Result<Feeder> feeder = Feeder::parse({}, "a\n1\n2\n3\n", "u.csv");
  ASSERT_TRUE(feeder);
  Random random(1);
  std::string seen;
  for (int i = 0; i < 7; ++i) seen += feeder->cell(feeder->next(random), 0);
  EXPECT_EQ(seen, "1231231");
}

TEST(Feeder, RandomRowsCoverAllAndFollowTheSeed) {
  FeederSpec spec;
  spec.random = true;
  Result<Feeder> feeder = Feeder::parse(spec, "a\n1\n2\n3\n4\n", "u.csv");
  ASSERT_TRUE(feeder);
  std::string first, second;
  Random one(5), two(5);
  for (int i = 0; i < 50; ++i) first += feeder->cell(feeder->next(one), 0);
  for (int i = 0; i < 50; ++i) second += feeder->cell(feeder->next(two), 0);
  EXPECT_EQ(first, second);
  EXPECT_EQ(std::set<char>(first.begin(), first.end()).size(), 4u);
}

TEST(Feeder, ARowBecomesTheValuesOfItsVariables) {
  Result<Feeder> feeder = Feeder::parse({}, "a,b\n1,2\n3,4\n", "u.csv");
  ASSERT_TRUE(feeder);
  std::vector<std::string> values{"x", "y", "z"};
  feeder->assign(1, {2, 0}, values);
  EXPECT_EQ(values, (std::vector<std::string>{"4", "y", "3"}));
}

TEST(Feeder, FilesAreFoundFromTheScenariosFolder) {
  std::string folder = testing::TempDir() + "feederXXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  ASSERT_TRUE(write_file_atomically(folder + "/u.csv", "a\n1\n"));
  EXPECT_TRUE(Feeder::open(at("u.csv"), folder).has_value());
  const Result<Feeder> missing = Feeder::open(at("v.csv"), folder);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(missing.error().message,
            "cannot read " + folder + "/v.csv: no such file");
  const Result<Feeder> device = Feeder::open(at("/dev/zero"), folder);
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().message, "cannot read /dev/zero: wanted a file");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tidemark
