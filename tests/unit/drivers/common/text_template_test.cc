// Texts with {{ NAME }} in them: what is put in, and what is refused.
#include "drivers/common/text_template.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace tidemark {
namespace {

class TextTemplateTest : public testing::Test {
 protected:
  TextTemplateTest() {
    names_.add("user");
    names_.add("token");
  }

  std::string filled(std::string_view text) {
    const Result<TextTemplate> parsed = TextTemplate::parse(text, names_);
    if (!parsed) return "error: " + parsed.error().message;
    std::string out;
    parsed->append({values_, 7, 3, 1700000000123, random_}, out);
    return out;
  }

  std::string refused(std::string_view text) {
    const Result<TextTemplate> parsed = TextTemplate::parse(text, names_);
    if (parsed) return "accepted";
    EXPECT_EQ(parsed.error().kind, ErrorKind::kUsage);
    return parsed.error().message + " | " + parsed.error().hint;
  }

  VariableNames names_;
  std::vector<std::string> values_{"ann", "t0p"};
  Random random_{42};
};

TEST_F(TextTemplateTest, TextWithoutVariablesIsItself) {
  EXPECT_EQ(filled(""), "");
  EXPECT_EQ(filled("plain }} text { } {x}"), "plain }} text { } {x}");
}

TEST_F(TextTemplateTest, VariablesStandForTheirValues) {
  EXPECT_EQ(filled("{{ user }}:{{token}}"), "ann:t0p");
  EXPECT_EQ(filled("{{ user }}{{ user }}"), "annann");
}

TEST_F(TextTemplateTest, AVariableWithoutAValueYetIsEmpty) {
  values_.resize(1);
  EXPECT_EQ(filled("[{{ token }}]"), "[]");
}

TEST_F(TextTemplateTest, FourBracesAreTwo) {
  EXPECT_EQ(filled("{{{{ user }}"), "{{ user }}");
  EXPECT_EQ(filled("{{{{{{ user }}"), "{{ann");
}

TEST_F(TextTemplateTest, JsonMayStandTightAroundAVariable) {
  EXPECT_EQ(filled(R"({"u":{{{ user }}}})"), R"({"u":{ann}})");
  EXPECT_EQ(filled(R"({"u":"{{ user }}"})"), R"({"u":"ann"})");
}

TEST_F(TextTemplateTest, TheContextAnswersFunctions) {
  EXPECT_EQ(filled("{{ $iteration }}/{{ $connection }}/{{ $timestamp }}"),
            "7/3/1700000000123");
}

TEST_F(TextTemplateTest, RandomNumbersIncludeBothEnds) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) seen.insert(filled("{{ $randomInt(-1, 2) }}"));
  EXPECT_EQ(seen, (std::set<std::string>{"-1", "0", "1", "2"}));
  EXPECT_EQ(filled("{{ $randomInt(5,5) }}"), "5");
}

TEST_F(TextTemplateTest, RandomNumbersMayBeAnyOf64Bits) {
  std::set<std::string> seen;
  for (int i = 0; i < 50; ++i)
    seen.insert(
        filled("{{ $randomInt(-9223372036854775808,9223372036854775807) }}"));
  EXPECT_EQ(seen.size(), 50u);
}

TEST_F(TextTemplateTest, RandomStringsAreLettersAndDigitsOfTheLengthAsked) {
  const std::string text = filled("{{ $randomString(300) }}");
  EXPECT_EQ(text.size(), 300u);
  for (char c : text) EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)));
  EXPECT_EQ(std::set<char>(text.begin(), text.end()).size(), 62u);
  EXPECT_EQ(filled("{{ $randomString(0) }}"), "");
}

TEST_F(TextTemplateTest, DataIsPrintableAndOfTheSizeAsked) {
  const std::string text = filled("{{ $data(4097) }}");
  EXPECT_EQ(text.size(), 4097u);
  for (char c : text) EXPECT_TRUE(c > ' ' && c < 0x7f);
  EXPECT_NE(text, filled("{{ $data(4097) }}"));
}

TEST_F(TextTemplateTest, AUuidIsOfVersionFour) {
  for (int i = 0; i < 50; ++i) {
    const std::string uuid = filled("{{ $uuid }}");
    ASSERT_EQ(uuid.size(), 36u);
    EXPECT_EQ(uuid[8], '-');
    EXPECT_EQ(uuid[23], '-');
    EXPECT_EQ(uuid[14], '4');
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  }
}

TEST_F(TextTemplateTest, TheSameSeedGivesTheSameText) {
  const std::string first = filled("{{ $uuid }}{{ $randomString(5) }}");
  random_ = Random(42);
  EXPECT_EQ(filled("{{ $uuid }}{{ $randomString(5) }}"), first);
}

TEST_F(TextTemplateTest, AnUnknownVariableNamesTheNearest) {
  EXPECT_EQ(refused("{{ usr }}"),
            "unknown variable `usr` | did you mean {{ user }}?");
  EXPECT_EQ(refused("{{ banana }}"),
            "unknown variable `banana` | the variables are user, token");
  EXPECT_EQ(refused("{{ iteration }}"),
            "unknown variable `iteration` | did you mean {{ $iteration }}?");
  names_ = VariableNames();
  EXPECT_EQ(refused("{{ banana }}"),
            "unknown variable `banana` | there are no variables here");
}

TEST_F(TextTemplateTest, AnUnknownFunctionNamesTheNearest) {
  EXPECT_EQ(refused("{{ $randomint(1,2) }}"),
            "unknown function `$randomint` | did you mean {{ $randomInt }}?");
  EXPECT_EQ(refused("{{ $now }}"),
            "unknown function `$now` | the functions are $iteration, "
            "$connection, $randomInt, $randomString, $timestamp, $uuid, "
            "$data");
}

TEST_F(TextTemplateTest, MissingPartsAreNamed) {
  EXPECT_EQ(refused("a {{ user"),
            "`{{` without `}}` in `{{ user` | write {{ NAME }}, or {{{{ for "
            "two braces");
  EXPECT_EQ(refused("a {{ }}"),
            "`{{ }}` without a name | write {{ NAME }}, or {{{{ for two "
            "braces");
  EXPECT_EQ(refused("{{ $randomInt(1) }}"),
            "`$randomInt(1)`: wanted two whole numbers | for example "
            "{{ $randomInt(1,1000) }}");
  EXPECT_EQ(refused("{{ $randomString }}"),
            "`$randomString`: wanted a whole number | for example "
            "{{ $randomString(12) }}");
  EXPECT_EQ(refused("{{ $data(1 }}"),
            "`$data(1`: `)` is missing | for example {{ $data(256) }}");
  EXPECT_EQ(refused("{{ $uuid(1) }}"),
            "`$uuid(1)`: it takes no numbers | for example {{ $uuid }}");
}

TEST_F(TextTemplateTest, NumbersOutOfRangeAreRefused) {
  EXPECT_EQ(refused("{{ $randomInt(2,1) }}"),
            "`$randomInt(2,1)`: the first number is the larger | for example "
            "{{ $randomInt(1,1000) }}");
  EXPECT_EQ(refused("{{ $data(99999999999) }}"),
            "`$data(99999999999)`: a length is from 0 to 16777216 | for "
            "example {{ $data(256) }}");
  EXPECT_EQ(refused("{{ $data(-1) }}"),
            "`$data(-1)`: a length is from 0 to 16777216 | for example "
            "{{ $data(256) }}");
}

TEST_F(TextTemplateTest, LongForeignTextIsCutInMessages) {
  EXPECT_EQ(refused("{{ " + std::string(39, 'x') + "\xc3\xa4\nyy }}"),
            "unknown variable `" + std::string(39, 'x') +
                "…` | the variables are user, token");
}

TEST_F(TextTemplateTest, OnlyTextWithoutVariablesIsConstant) {
  EXPECT_TRUE(TextTemplate::parse("", names_)->constant());
  EXPECT_TRUE(TextTemplate::parse("a {{{{ b", names_)->constant());
  EXPECT_FALSE(TextTemplate::parse("{{ user }}", names_)->constant());
  EXPECT_FALSE(TextTemplate::parse("{{ $uuid }}", names_)->constant());
  EXPECT_TRUE(TextTemplate::literal("{{ user }}").constant());
}

TEST_F(TextTemplateTest, ALiteralIsNotLookedInto) {
  std::string out = ">";
  TextTemplate::literal("{{ user }}").append({values_, 0, 0, 0, random_}, out);
  EXPECT_EQ(out, ">{{ user }}");
}

TEST(VariableNames, ANameKeepsItsNumber) {
  VariableNames names;
  EXPECT_EQ(names.find("a"), -1);
  EXPECT_EQ(names.add("a"), 0);
  EXPECT_EQ(names.add("b"), 1);
  EXPECT_EQ(names.add("a"), 0);
  EXPECT_EQ(names.find("b"), 1);
  EXPECT_EQ(names.all(), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace tidemark
