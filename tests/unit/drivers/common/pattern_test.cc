// Regular expressions: the same matches as std::regex finds, and no pattern
// or text that takes for ever.
// g++ 12 with sanitizers takes std::regex for uninitialised.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "drivers/common/pattern.h"

#include <gtest/gtest.h>

#include <chrono>
#include <regex>
#include <string>
#include <vector>

#include "drivers/common/random.h"

namespace tidemark {
namespace {

std::string found(std::string_view pattern, std::string_view text) {
  const Result<Pattern> parsed = Pattern::parse(pattern);
  if (!parsed) return parsed.error().message;
  const std::optional<std::string_view> match = parsed->find(text);
  return match ? std::string(*match) : "nothing";
}

TEST(Pattern, WithoutAGroupTheWholeMatchIsFound) {
  EXPECT_EQ(found("[0-9]+", "order 1234, 5"), "1234");
  EXPECT_EQ(found("x*", "abc"), "");
  EXPECT_EQ(found("z", "abc"), "nothing");
}

TEST(Pattern, TheFirstGroupIsWhatIsWanted) {
  EXPECT_EQ(found(R"re("id":"(.*?)")re", R"({"id":"a1","b":"c"})"), "a1");
  EXPECT_EQ(found(R"((?:id|key)=(\w+)(;|$))", "x key=abc; id=d"), "abc");
  EXPECT_EQ(found("((a)b)", "cab"), "ab");
  EXPECT_EQ(found("(a)|b", "b"), "nothing");
}

TEST(Pattern, GreedyTakesMuchAndLazyLittle) {
  EXPECT_EQ(found("<(.*)>", "<a><b>"), "a><b");
  EXPECT_EQ(found("<(.*?)>", "<a><b>"), "a");
  EXPECT_EQ(found("a|ab", "ab"), "a");
  EXPECT_EQ(found("a{2,3}", "aaaa"), "aaa");
  EXPECT_EQ(found("a{2,3}?", "aaaa"), "aa");
  EXPECT_EQ(found("a??b", "ab"), "ab");
}

TEST(Pattern, TheLeftmostMatchWinsEvenIfItIsLonger) {
  EXPECT_EQ(found("abcd|cde", "abcde"), "abcd");
  EXPECT_EQ(found("abcdx|bc", "abcde"), "bc");
}

TEST(Pattern, ClassesEscapesAndEdges) {
  EXPECT_EQ(found(R"(\bfoo\b)", "food foo"), "foo");
  EXPECT_EQ(found(R"(oo\B)", "foo food"), "oo");
  EXPECT_EQ(found(R"([^\s,]+$)", "a, b,c-d"), "c-d");
  EXPECT_EQ(found(R"([[:digit:]x-z\-]+)", "ab-9y!"), "-9y");
  EXPECT_EQ(found(R"(\x41\.\[)", "A.["), "A.[");
  EXPECT_EQ(found("^b", "ab\nb"), "nothing");
  EXPECT_EQ(found("[a-]+", "b-a"), "-a");
  EXPECT_EQ(found("a.b", "a\nb"), "nothing");
  EXPECT_EQ(found("[^]", "\n"), "\n");
}

TEST(Pattern, ALetterOfUtf8IsRepeatedAsAWhole) {
  EXPECT_EQ(found("ä+", "xää"), "ää");
}

TEST(Pattern, MistakesAreNamedWithTheirPlace) {
  const std::string at = "regular expression, at letter ";
  EXPECT_EQ(found("a(b", ""), at + "4: a `(` is not closed");
  EXPECT_EQ(found("a)b", ""), at + "2: a `)` without its `(`");
  EXPECT_EQ(found("[a", ""), at + "3: a `[` is not closed");
  EXPECT_EQ(found("*a", ""), at + "1: nothing to repeat");
  EXPECT_EQ(found("a**", ""), at + "3: nothing to repeat");
  EXPECT_EQ(found("a{3,2}", ""),
            at + "7: the first number in {} is the larger");
  EXPECT_EQ(found("a{x}", ""), at + "3: wanted {2}, {2,} or {2,5}");
  EXPECT_EQ(found("a{999}", ""), at + "6: more than 255 repetitions");
  EXPECT_EQ(found("(a)\\1", ""), at + "5: back references are not known");
  EXPECT_EQ(found("(?=a)", ""),
            at + "3: of groups with `?`, only (?: ) is known");
  EXPECT_EQ(found("[z-a]", ""),
            at + "5: a range's ends are the wrong way round");
  EXPECT_EQ(found("a\\", ""), at + "3: nothing after `\\`");
  EXPECT_EQ(found("\\xg1", ""), at + "2: wanted two digits after `\\x`");
  EXPECT_EQ(found("\\y", ""), at + "2: `\\y` is not known");
  EXPECT_EQ(found("((((a{99}){99}){99}){99})", ""), at + "15: it is too large");
  EXPECT_EQ(found(std::string(100, '('), ""),
            at + "66: too many nested groups");
}

TEST(Pattern, NoTextTakesForEver) {
  const std::string many(64 * 1024, 'a');
  EXPECT_EQ(found("(a+)+b", many), "nothing");
  EXPECT_EQ(found("(a|a)*b", many), "nothing");
  EXPECT_EQ(found("a*a*a*a*b", many), "nothing");
  EXPECT_EQ(found("(.|\n)*", many), "a");
}

TEST(Pattern, AgreesWithStdRegexOnRandomPatterns) {
  Random random(7);
  const std::vector<std::string> pieces = {
      "a", "b", "c",  ".",  "[ab]", "[^a]", "(?:", "(",  ")",   "|",   "*",
      "+", "?", "*?", "+?", "??",   "^",    "$",   "ab", "{2}", "\\b", "\\w"};
  int compared = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string pattern;
    const std::uint32_t count = 1 + random.below(8);
    for (std::uint32_t i = 0; i < count; ++i)
      pattern +=
          pieces[random.below(static_cast<std::uint32_t>(pieces.size()))];
    const Result<Pattern> parsed = Pattern::parse(pattern);
    if (!parsed) continue;
    std::regex oracle;
    try {
      oracle.assign(pattern);
    } catch (const std::regex_error&) {
      continue;
    }
    std::string text;
    for (std::uint32_t i = random.below(9); i > 0; --i)
      text += static_cast<char>('a' + random.below(3));
    std::smatch match;
    std::optional<std::string> wanted;
    if (std::regex_search(text, match, oracle)) {
      const std::size_t group = match.size() > 1 ? 1 : 0;
      if (match[group].matched) wanted = match[group].str();
    }
    const std::optional<std::string_view> got = parsed->find(text);
    // Of (a*)+ opinions differ: does it end with a group that took nothing?
    // ECMAScript says no, libstdc++ yes.
    if (match.size() > 1 && wanted.value_or("").empty()) continue;
    ASSERT_EQ(got ? std::optional<std::string>(*got) : std::nullopt, wanted)
        << pattern << " in " << text;
    ++compared;
  }
  EXPECT_GT(compared, 3000);
}

}  // namespace
}  // namespace tidemark
