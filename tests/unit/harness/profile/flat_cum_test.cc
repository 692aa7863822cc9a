#include "harness/profile/flat_cum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "harness/profile/profile_maker.h"

namespace tidemark {
namespace {

using ::testing::ElementsAre;

NamedFrame frame(const std::string& name, bool is_inlined = false,
                 std::int64_t line = 0) {
  NamedFrame made;
  made.function.name = name;
  made.function.file = name + ".cc";
  made.line = line;
  made.inlined = is_inlined;
  return made;
}

std::vector<std::string> told(const FlatCum& sums) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < sums.rows; ++i)
    all.push_back(sums.places[i].place.name + " " +
                  std::to_string(sums.places[i].flat) + " " +
                  std::to_string(sums.places[i].cum));
  return all;
}

std::vector<std::string> calls(const FlatCum& sums) {
  std::vector<std::string> all;
  for (const CallSums& call : sums.calls)
    all.push_back(sums.places[call.caller].place.name + ">" +
                  sums.places[call.callee].place.name + " " +
                  std::to_string(call.value) + (call.inlined ? " inline" : ""));
  return all;
}

// The input of pprof's own reports: internal/driver/testdata/pprof.heap.*.
Profile golden() {
  ProfileMaker maker({{"inuse_objects", "count"}, {"inuse_space", "bytes"}});
  const NamedFrame l1000 = frame("line1000"), l2000 = frame("line2000"),
                   l3000 = frame("line3000");
  maker.add({l1000, l2000, l3000}, {10, 1024000}, {});
  maker.add({l1000, frame("line3001", true), l3000}, {20, 4096000}, {});
  maker.add({l2000, frame("line3002", true), l3000}, {40, 65536000}, {});
  maker.add({l3000}, {80, 32768000}, {});
  return maker.finish();
}

TEST(FlatCum, FlatIsOfTheLeafCumOfAllAbove) {
  EXPECT_THAT(
      told(flat_cum(golden(), {1})),
      ElementsAre("line2000 65536000 66560000", "line3000 32768000 103424000",
                  "line1000 5120000 5120000", "line3001 0 4096000",
                  "line3002 0 65536000"));
  EXPECT_EQ(total_of(golden(), 1), 103424000);
}

TEST(FlatCum, CallsAreToldOnceForEachSample) {
  EXPECT_THAT(
      calls(flat_cum(golden(), {1})),
      ElementsAre(
          "line3000>line3002 65536000 inline", "line3002>line2000 65536000",
          "line3000>line3001 4096000 inline", "line3001>line1000 4096000",
          "line2000>line1000 1024000", "line3000>line2000 1024000"));
}

TEST(FlatCum, ARecursiveFunctionCountsOnce) {
  ProfileMaker maker(std::vector<ValueType>{{"a", "count"}});
  const NamedFrame f = frame("f"), g = frame("g");
  maker.add({f, g, f, f, g}, {5}, {});
  const FlatCum sums = flat_cum(maker.finish(), {});
  EXPECT_THAT(told(sums), ElementsAre("f 5 5", "g 0 5"));
  EXPECT_THAT(calls(sums), ElementsAre("f>g 5", "g>f 5"));
}

TEST(FlatCum, InlinedSomewhereIsToldApart) {
  ProfileMaker maker(std::vector<ValueType>{{"a", "count"}});
  maker.add({frame("always", true), frame("main")}, {3}, {});
  maker.add({frame("partly", true), frame("main")}, {2}, {});
  maker.add({frame("partly"), frame("other")}, {1}, {});
  const FlatCum sums = flat_cum(maker.finish(), {});
  EXPECT_THAT(told(sums),
              ElementsAre("always 3 3", "partly 3 3", "main 0 5", "other 0 1"));
  EXPECT_THAT(inlined(sums), ElementsAre(Inlined::kEverywhere, Inlined::kPartly,
                                         Inlined::kNowhere, Inlined::kNowhere));
}

TEST(FlatCum, OfEqualOnesTheNameDecidesAndSignsDoNot) {
  ProfileMaker maker(std::vector<ValueType>{{"a", "count"}});
  maker.add({frame("b")}, {-5}, {});
  maker.add({frame("a")}, {5}, {});
  maker.add({frame("c")}, {7}, {});
  maker.add({frame("zero")}, {0}, {});
  EXPECT_THAT(told(flat_cum(maker.finish(), {})),
              ElementsAre("c 7 7", "a 5 5", "b -5 -5"));
}

TEST(FlatCum, WhatCancelsOutIsNoRow) {
  ProfileMaker maker(std::vector<ValueType>{{"a", "count"}});
  maker.add({frame("f"), frame("main")}, {5}, {});
  maker.add({frame("f"), frame("main"), frame("start")}, {-5}, {});
  EXPECT_THAT(told(flat_cum(maker.finish(), {})), ElementsAre("start 0 -5"));
}

TEST(FlatCum, WithFewRowsCallsGoOverThoseThatAreLeftOut) {
  FlatCumQuestion question;
  question.value = 1;
  question.most = 3;
  const FlatCum sums = flat_cum(golden(), question);
  EXPECT_EQ(sums.all, 5u);
  EXPECT_THAT(told(sums), ElementsAre("line2000 65536000 66560000",
                                      "line3000 32768000 103424000",
                                      "line1000 5120000 5120000"));
  EXPECT_THAT(calls(sums), ElementsAre("line3000>line2000 66560000",
                                       "line3000>line1000 4096000",
                                       "line2000>line1000 1024000"));
}

TEST(FlatCum, ByCum) {
  FlatCumQuestion question;
  question.value = 1;
  question.by_cum = true;
  EXPECT_EQ(told(flat_cum(golden(), question)).front(),
            "line3000 32768000 103424000");
}

TEST(FlatCum, LinesOfAFunctionApart) {
  ProfileMaker maker(std::vector<ValueType>{{"a", "count"}});
  maker.add({frame("f", false, 10)}, {3}, {});
  maker.add({frame("f", false, 11)}, {2}, {});
  const Profile profile = maker.finish();
  EXPECT_THAT(told(flat_cum(profile, {})), ElementsAre("f 5 5"));
  FlatCumQuestion question;
  question.granularity = Granularity::kLines;
  const FlatCum sums = flat_cum(profile, question);
  EXPECT_THAT(told(sums), ElementsAre("f 3 3", "f 2 2"));
  EXPECT_EQ(sums.places[0].place.line, 10);
  EXPECT_EQ(sums.places[0].place.file, "f.cc");
}

TEST(FlatCum, WithoutAFunctionTheAddressIsTheName) {
  Profile profile;
  profile.types = {{"a", "count"}};
  profile.mappings = {{0x1000, 0x2000, 0x500, "/lib/libx.so", ""}};
  profile.locations = {{0, 0x1234, {}, false},
                       {std::nullopt, 0x99, {}, false},
                       {std::nullopt, 0, {}, false}};
  profile.samples = {{{0}, {3}, {}}, {{1}, {2}, {}}, {{2}, {1}, {}}};
  EXPECT_THAT(told(flat_cum(profile, {})),
              ElementsAre("libx.so+0x734 3 3", "0x99 2 2", "<unknown> 1 1"));
}

TEST(FlatCum, SumsWrapAsTheyDoElsewhere) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  ProfileMaker maker(std::vector<ValueType>{{"a", "count"}});
  maker.add({frame("f"), frame("g")}, {kMost}, {});
  maker.add({frame("f")}, {1}, {});
  EXPECT_EQ(flat_cum(maker.finish(), {}).places[0].flat,
            std::numeric_limits<std::int64_t>::min());
}

}  // namespace
}  // namespace tidemark
