#include "harness/report/profile_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/profile/profile_maker.h"

namespace tidemark {
namespace {

using ::testing::HasSubstr;

NamedFrame frame(const std::string& name, std::int64_t line,
                 bool inlined = false) {
  NamedFrame made;
  made.function.name = name;
  made.function.file = "src/" + name + ".cc";
  made.module = "/opt/server";
  made.line = line;
  made.inlined = inlined;
  return made;
}

Profile heap() {
  ProfileMaker maker({{"objects", "count"}, {"space", "bytes"}});
  maker.add({frame("join", 7), frame("open", 12), frame("main", 3)},
            {100, 8000}, {});
  maker.add({frame("string", 2, true), frame("join", 8), frame("main", 3)},
            {100, 3000}, {});
  maker.add({frame("main", 4)}, {1, 160}, {});
  return maker.finish();
}

ProfileQuestion question(std::size_t value) {
  ProfileQuestion asked;
  asked.value = value;
  asked.total = total_of(heap(), value);
  return asked;
}

std::vector<std::string> source(const std::string& file) {
  if (file != "src/join.cc") return {};
  std::vector<std::string> lines;
  for (int i = 1; i <= 20; ++i) lines.push_back(" line " + std::to_string(i));
  return lines;
}

TEST(ProfileText, TopHasTheColumnsOfPprof) {
  EXPECT_EQ(profile_top(heap(), question(1)),
            "File: server\n"
            "Type: space\n"
            "Showing nodes accounting for 11160B, 100% of 11160B total\n"
            "      flat  flat%   sum%        cum   cum%\n"
            "     8000B 71.68% 71.68%     11000B 98.57%  join\n"
            "     3000B 26.88% 98.57%      3000B 26.88%  string (inline)\n"
            "      160B  1.43%   100%     11160B   100%  main\n"
            "         0     0%   100%      8000B 71.68%  open\n");
}

TEST(ProfileText, CountsHaveNoUnitAndFewRowsSaySo) {
  ProfileQuestion asked = question(0);
  asked.most_rows = 1;
  EXPECT_EQ(profile_top(heap(), asked),
            "File: server\n"
            "Type: objects\n"
            "Showing nodes accounting for 100, 49.75% of 201 total\n"
            "Showing top 1 nodes out of 4\n"
            "      flat  flat%   sum%        cum   cum%\n"
            "       100 49.75% 49.75%        200 99.50%  join\n");
}

TEST(ProfileText, TreeHasCallersAboveAndCalledBelow) {
  const std::string text = profile_tree(heap(), question(1));
  EXPECT_THAT(
      text,
      HasSubstr(
          "                                             8000B 72.73% |   open\n"
          "                                             3000B 27.27% |   main\n"
          "     8000B 71.68% 71.68%     11000B 98.57%                | join\n"
          "                                             3000B 27.27% |   "
          "string "
          "(inline)\n"));
}

TEST(ProfileText, ListShowsTheSourceAround) {
  ProfileQuestion asked = question(1);
  asked.pattern = "^join$";
  const Result<std::string> text = profile_list(heap(), asked, source);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text,
              HasSubstr("Total: 10.90kB\n"
                        "ROUTINE ======================== join in src/join.cc\n"
                        "    7.81kB    10.74kB (flat, cum) 98.57% of Total\n"
                        "         .          .      2: line 2\n"));
  EXPECT_THAT(*text, HasSubstr("    7.81kB     7.81kB      7: line 7\n"
                               "         .     2.93kB      8: line 8\n"
                               "         .          .      9: line 9\n"));
  EXPECT_THAT(*text, HasSubstr("13: line 13\n"));
}

TEST(ProfileText, WithoutSourceTheLinesHaveTheirNumbers) {
  ProfileQuestion asked = question(1);
  asked.pattern = "open";
  const Result<std::string> text = profile_list(heap(), asked, source);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("         .     7.81kB     12: (no source here)"
                               "\n"));
}

TEST(ProfileText, NothingFoundIsAnError) {
  ProfileQuestion asked = question(1);
  asked.pattern = "elsewhere";
  const Result<std::string> none = profile_list(heap(), asked, source);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "no function has \"elsewhere\" in its name");
}

TEST(ProfileText, WhatATerminalWouldActOnIsNotShown) {
  ProfileMaker maker(std::vector<ValueType>{{"space\x1b", "bytes"}});
  maker.add({frame("evil\x1b[2J\n", 1)}, {5}, {});
  ProfileQuestion asked;
  asked.total = 5;
  const std::string text = profile_top(maker.finish(), asked);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_THAT(text, HasSubstr("evil\xEF\xBF\xBD[2J\xEF\xBF\xBD\n"));
}

}  // namespace
}  // namespace tidemark
