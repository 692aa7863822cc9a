// Complaints about the file as a whole, `cycles` and `expect`, by full text.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/scenario/complaint.h"

namespace tidemark {
namespace {

TEST(FileErrors, TheFileTheseTestsStartFromIsAccepted) {
  EXPECT_EQ(complaint(Lines{}), "accepted");
}

// One look at the file finds everything.
TEST(FileErrors, AllProblemsComeTogetherInTheOrderOfTheFile) {
  EXPECT_EQ(complaint("version: 1\n"
                      "nmae: x\n"
                      "target: { comand: [./server] }\n"
                      "load: { url: \"ws://127.0.0.1:1/\", hold: 5 }\n"),
            R"(
s.yaml:2:1: unknown key `nmae`
 2 | nmae: x
   | ^~~~
   = did you mean `name`?
s.yaml:3:11: unknown key `comand` in `target`
 3 | target: { comand: [./server] }
   |           ^~~~~~
   = did you mean `command`?
s.yaml:4:41: `load.hold`: wanted a duration, found `5` without a unit
 4 | load: { url: "ws://127.0.0.1:1/", hold: 5 }
   |                                         ^
   = write 5ms, 5s, 5m or 5h
)");
}

TEST(FileErrors, AnotherEncodingIsRefusedBeforeParsing) {
  EXPECT_EQ(complaint("version: 1\nname: \xE9\n"),
            "\ns.yaml:2:7: wanted UTF-8, found another encoding\n"
            " 2 | name: ?\n"
            "   |       ^\n"
            "   = save the file as UTF-8\n");
}

TEST(FileErrors, AControlCharacterIsRefusedAndNotShown) {
  EXPECT_EQ(complaint("version: 1\nname: \x1b[2J\n"),
            "\ns.yaml:2:7: found the control character \\x1b\n"
            " 2 | name:  [2J\n"
            "   |       ^\n"
            "   = take it out; in double quotes it can be escaped\n");
}

// The YAML parser repeats what it found, whatever it is.
TEST(FileErrors, TheParsersOwnWordsAreShownSafely) {
  EXPECT_EQ(about_rest("name: \"a\\\rb\""),
            "\ns.yaml:4:11: not YAML: unknown escape character: \\x0d\n"
            " 4 | name: \"a\\ b\"\n"
            "   |           ^\n");
}

TEST(FileErrors, AnEscapedNulIsNoText) {
  EXPECT_EQ(about_rest("name: \"a\\0b\""), R"(
s.yaml:4:7: `name`: wanted text without NUL characters, found the text `a\x00b`
 4 | name: "a\0b"
   |       ^~
)");
}

TEST(FileErrors, AnEndlessFileIsNotParsed) {
  EXPECT_EQ(complaint(std::string((1 << 20) + 1, ' ')),
            "\ncannot read the scenario `s.yaml`: wanted at most 1 MiB, found "
            "1048577 B\n");
}

// 500 levels are where yaml-cpp gives up; far less is enough for us.
TEST(FileErrors, EndlessNestingIsRefusedAtItsDepth) {
  const std::string wanted = "nested deeper than 64 levels";
  const std::string ladder = std::string(65, '[') + std::string(65, ']');
  EXPECT_NE(complaint("a: " + ladder).find(wanted), std::string::npos);
  EXPECT_EQ(complaint("a: " + ladder.substr(2, 126)).find(wanted),
            std::string::npos);
  for (const char* rung : {"[", "{", "- ", "? ", "[a: ", "{a: "}) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += rung;
    EXPECT_NE(complaint(text).find(wanted), std::string::npos) << rung;
  }
}

// Each line doubles the one before: expanded, this is 2^40 words.
TEST(FileErrors, ABombOfAliasesDoesNotGoOff) {
  std::string text = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i)
    text += fmt::format("a{}: &a{} [*a{}, *a{}]\n", i, i, i - 1, i - 1);
  EXPECT_TRUE(complaint(text).ends_with(" problems are not shown\n"));
}

TEST(FileErrors, AnUnknownKeyAtTheTopIsNamedWithASuggestion) {
  EXPECT_EQ(about_rest("cycels: auto"), R"(
s.yaml:4:1: unknown key `cycels`
 4 | cycels: auto
   | ^~~~~~
   = did you mean `cycles`?
)");
}

TEST(FileErrors, AKeyInTheOtherSpellingIsRecognised) {
  EXPECT_EQ(about_rest("expect: { residuePerConnection: 0 B }"), R"(
s.yaml:4:11: unknown key `residuePerConnection` in `expect`
 4 | expect: { residuePerConnection: 0 B }
   |           ^~~~~~~~~~~~~~~~~~~~
   = did you mean `residue_per_connection`?
)");
}

TEST(FileErrors, MoreCyclesThanStampsAreAddedUp) {
  EXPECT_EQ(about_rest("cycles: { warmup: 200, loaded: 51, idle: 0, half: 0 }"),
            R"(
s.yaml:4:9: `cycles`: wanted at most 250 in all, found 251 = warmup 200 + loaded 51 + idle 0 + half 0
 4 | cycles: { warmup: 200, loaded: 51, idle: 0, half: 0 }
   |         ^
   = more connections per cycle tell as much as more cycles
)");
}

TEST(FileErrors, WarmUpBoundsInTheWrongOrderAreRefused) {
  EXPECT_EQ(about_rest("cycles: { warmup: { min: 9, max: 8 } }"), R"(
s.yaml:4:19: `cycles.warmup`: wanted min up to max, found min 9 and max 8
 4 | cycles: { warmup: { min: 9, max: 8 } }
   |                   ^
)");
}

TEST(FileErrors, APlanHasRoomBehindItsWarmUp) {
  EXPECT_EQ(about_rest("cycles: { warmup: 60 }"), R"(
s.yaml:4:9: `cycles.most`: wanted at least 64, the warm-up's 60 and 4 measured, found 60, which it is if nothing is said
 4 | cycles: { warmup: 60 }
   |         ^
   = `cycles.most: 64` has room for them
)");
  EXPECT_EQ(about_rest("cycles: { warmup: 60, most: 63 }"), R"(
s.yaml:4:9: `cycles.most`: wanted at least 64, the warm-up's 60 and 4 measured, found 63
 4 | cycles: { warmup: 60, most: 63 }
   |         ^
   = `cycles.most: 64` has room for them
)");
}

TEST(FileErrors, EachLevelNeedsTwoLoadedCycles) {
  EXPECT_EQ(
      about_rest("cycles: { most: 18, factors: { messages: [1, 2, 3] } }"),
      R"(
s.yaml:4:9: `cycles.factors`: wanted two loaded cycles for each of 3 levels, found 4
 4 | cycles: { most: 18, factors: { messages: [1, 2, 3] } }
   |         ^
   = `cycles.most: 22` has room for them
)");
  EXPECT_EQ(about_rest("cycles: { loaded: 3, factors: { messages: [1, 2] } }"),
            R"(
s.yaml:4:9: `cycles.factors`: wanted two loaded cycles for each of 2 levels, found 3
 4 | cycles: { loaded: 3, factors: { messages: [1, 2] } }
   |         ^
   = `cycles.loaded: 4` has room for them
)");
  EXPECT_EQ(
      about_rest("cycles: { most: 22, factors: { messages: [1, 2, 3] } }"),
      "accepted");
}

TEST(FileErrors, ASettleTimeBeyondItsTimeoutIsRefused) {
  EXPECT_EQ(about_rest("cycles: { settle: 4s }"), R"(
s.yaml:4:9: `cycles`: wanted settle up to settleTimeout, found it longer
 4 | cycles: { settle: 4s }
   |         ^
   = nothing could ever settle
)");
}

TEST(FileErrors, AWordOtherThanAutoIsNoCycles) {
  EXPECT_EQ(about_rest("cycles: many"), R"(
s.yaml:4:9: `cycles`: wanted auto or a map, found `many`
 4 | cycles: many
   |         ^~~~
)");
}

TEST(FileErrors, ABudgetThatIsNoNumberIsRefused) {
  EXPECT_EQ(about_rest("expect: { fds: few }"), R"(
s.yaml:4:16: `expect.fds`: wanted a whole number, found `few`
 4 | expect: { fds: few }
   |                ^~~
)");
}

TEST(FileErrors, AnAliasIsRefused) {
  EXPECT_EQ(about_rest("name: &n x\ndescription: *n"), R"(
s.yaml:5:14: wanted a value, found an alias
 5 | description: *n
   |              ^
   = write the value out: scenarios have no aliases
)");
}

TEST(FileErrors, ATagIsRefused) {
  EXPECT_EQ(about_rest("name: !!str x"), R"(
s.yaml:4:7: unknown tag `tag:yaml.org,2002:str`
 4 | name: !!str x
   |       ^
   = leave it out: the field decides the type
)");
}

TEST(FileErrors, ASecondDocumentIsRefused) {
  EXPECT_EQ(about_rest("---\nversion: 1"), R"(
s.yaml:5:1: wanted one scenario, found a second document
 5 | version: 1
   | ^
   = one file holds one scenario: remove the `---`
)");
}

TEST(FileErrors, ATabInTheIndentationIsNamed) {
  EXPECT_EQ(about_rest("cycles:\n\tloaded: 5"), R"(
s.yaml:5:1: not YAML: found a tab in the indentation
 5 |  loaded: 5
   | ^
   = indent by blanks
)");
}

TEST(FileErrors, TextAfterAQuoteIsNoYaml) {
  EXPECT_EQ(about_rest(R"(name: "a" b)"), R"(
s.yaml:4:11: not YAML: this does not belong to the map above it
 4 | name: "a" b
   |           ^
   = check the indentation
)");
}

TEST(FileErrors, AQuoteThatNeverEndsIsNoYaml) {
  EXPECT_EQ(about_rest(R"(name: "a)"), R"(
s.yaml:4:9: not YAML: the quoted text never ends
 4 | name: "a
   |         ^
)");
}

TEST(FileErrors, AnotherVersionIsNotReadAnyFurther) {
  EXPECT_EQ(complaint("version: 2\nunknown: 1\n"), R"(
s.yaml:1:10: `version`: wanted 1, found `2`
 1 | version: 2
   |          ^
   = this tidemark reads version 1 only
)");
}

TEST(FileErrors, AMissingVersionIsAskedFor) {
  EXPECT_EQ(complaint("target: { command: [./server] }\nload: { url: "
                      "\"ws://127.0.0.1:1/\" }\n"),
            R"(
s.yaml:1:1: `version` is missing
 1 | target: { command: [./server] }
   | ^
   = start with version: 1
)");
}

TEST(FileErrors, AMissingLoadIsAskedFor) {
  EXPECT_EQ(complaint("version: 1\n"), R"(
s.yaml:1:1: `load` is missing
 1 | version: 1
   | ^
   = say how to load it: load: { url: … }
)");
}

TEST(FileErrors, AnEmptyFileIsNoScenario) {
  EXPECT_EQ(complaint("# nothing\n"), R"(
s.yaml:1:1: wanted a scenario, found an empty file
 1 | # nothing
   | ^
)");
}

TEST(FileErrors, AListIsNoScenario) {
  EXPECT_EQ(complaint("- version: 1\n"), R"(
s.yaml:1:1: wanted a map, found a list
 1 | - version: 1
   | ^
)");
}

}  // namespace
}  // namespace tidemark
