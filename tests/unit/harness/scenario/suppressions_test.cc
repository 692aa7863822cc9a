// The suppression file: what is read, and every complaint by its full text.
#include "harness/scenario/suppressions.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

std::string complaint(const std::string& rules) {
  const auto loaded =
      load_suppressions("known.yaml", "version: 1\nsuppressions:\n" + rules);
  if (loaded) return "accepted";
  EXPECT_EQ(loaded.error().kind, ErrorKind::kUsage);
  return "\n" + loaded.error().message + "\n";
}

constexpr const char* kBounds =
    "max_bytes_per_connection: 1, max_objects_per_connection: 1";

std::string rule_with(const std::string& fields) {
  return complaint("  - { " + fields + ", " + kBounds + " }\n");
}

TEST(Suppressions, ARuleHasAllItsFields) {
  const auto rules = load_suppressions("known.yaml", R"(version: 1
suppressions:
  - fingerprint: 1f0e2d3c4b5a6978
    frames: [ "handshake_*", "libtls.so!*" ]
    kind: library
    max_bytes_per_connection: 96
    max_objects_per_connection: 0.25
    bug: https://bugs.example/7
    owner: chat-team
    expires: 2028-02-29
    applies: libtls < 3.0.12
  - { frames: "f*", kind: cache, max_bytes_per_connection: 1,
      max_objects_per_connection: 1 }
)");
  ASSERT_TRUE(rules) << rules.error().message;
  ASSERT_EQ(rules->size(), 2u);
  SuppressionRule first;
  first.where = "known.yaml:3";
  first.fingerprint = "1f0e2d3c4b5a6978";
  first.frames = {"handshake_*", "libtls.so!*"};
  first.kind = SuppressionKind::kLibrary;
  first.per_connection = GrowthBound{96, 0.25};
  first.bug = "https://bugs.example/7";
  first.owner = "chat-team";
  first.expires = "2028-02-29";
  first.applies = VersionPredicate{
      "libtls", VersionPredicate::Comparison::kLess, {3, 0, 12}};
  EXPECT_EQ((*rules)[0], first);
  EXPECT_EQ((*rules)[1].where, "known.yaml:12");
  EXPECT_EQ((*rules)[1].frames, std::vector<std::string>{"f*"});
}

TEST(Suppressions, GrowthWithTimeMayHaveABoundOfItsOwn) {
  const auto rules = load_suppressions("known.yaml", R"(version: 1
suppressions:
  - { frames: f, kind: cache, max_bytes_per_second: 4000,
      max_objects_per_second: 50 }
  - { frames: f, kind: cache, max_bytes_per_second: 4000,
      max_objects_per_second: 50, max_bytes_per_connection: 1,
      max_objects_per_connection: 2 }
)");
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ((*rules)[0].per_second, (GrowthBound{4000, 50}));
  EXPECT_EQ((*rules)[0].per_connection, std::nullopt);
  EXPECT_EQ((*rules)[1].per_second, (GrowthBound{4000, 50}));
  EXPECT_EQ((*rules)[1].per_connection, (GrowthBound{1, 2}));
  EXPECT_EQ(
      complaint("  - { frames: f, kind: cache, max_bytes_per_second: 1 }\n"),
      R"(
known.yaml:3:5: `suppressions[0].max_objects_per_second` is missing
 3 |   - { frames: f, kind: cache, max_bytes_per_second: 1 }
   |     ^
   = a rule without a bound would hide any growth
)");
}

TEST(Suppressions, AllProblemsComeTogether) {
  EXPECT_EQ(complaint("  - { fingerprnt: x, kind: chache,\n"
                      "      max_bytes_per_connection: 1 KiB }\n"),
            R"(
known.yaml:3:5: `suppressions[0].max_objects_per_connection` is missing
 3 |   - { fingerprnt: x, kind: chache,
   |     ^
   = a rule without a bound would hide any growth
known.yaml:3:5: `suppressions[0]`: wanted fingerprint or frames, found neither
 3 |   - { fingerprnt: x, kind: chache,
   |     ^
   = the report of a leak has a rule to copy
known.yaml:3:7: unknown key `fingerprnt` in `suppressions[0]`
 3 |   - { fingerprnt: x, kind: chache,
   |       ^~~~~~~~~~
   = did you mean `fingerprint`?
known.yaml:3:28: `suppressions[0].kind`: wanted leak, cache or library, found `chache`
 3 |   - { fingerprnt: x, kind: chache,
   |                            ^~~~~~
   = did you mean `cache`?
known.yaml:4:33: `suppressions[0].max_bytes_per_connection`: wanted a number of 0 or more, found `1 KiB`
 4 |       max_bytes_per_connection: 1 KiB }
   |                                 ^~~~~
   = write it like 96 or 0.25
)");
}

TEST(Suppressions, AFingerprintIsCopiedAndNotMadeUp) {
  EXPECT_EQ(rule_with("fingerprint: 12, kind: leak"), R"(
known.yaml:3:20: `suppressions[0].fingerprint`: wanted 16 hexadecimal digits, found `12`
 3 |   - { fingerprint: 12, kind: leak, max_bytes_per_connection: 1, max_objects_per_connection: 1 }
   |                    ^~
   = copy it from a report of tidemark
)");
}

TEST(Suppressions, ARuleForEverythingIsNone) {
  EXPECT_EQ(rule_with("frames: \"*!*\", kind: leak"), R"(
known.yaml:3:15: `suppressions[0].frames`: wanted a name with * and ?, found `*!*`
 3 |   - { frames: "*!*", kind: leak, max_bytes_per_connection: 1, max_objects_per_connection: 1 }
   |               ^~~~~
   = a rule for everything is none
)");
}

TEST(Suppressions, ADayExists) {
  EXPECT_EQ(rule_with("frames: f, kind: leak, expires: 2027-02-29"), R"(
known.yaml:3:39: `suppressions[0].expires`: wanted a day, found `2027-02-29`
 3 |   - { frames: f, kind: leak, expires: 2027-02-29, max_bytes_per_connection: 1, max_objects_per_conne…
   |                                       ^~~~~~~~~~
   = write it like 2027-01-31
)");
}

TEST(Suppressions, APredicateComparesAVersion) {
  for (const char* good :
       {"x < 1", "x <= 1.2", "x = 1", "x != 1", "x >= 1.0.0", "x > 4294967295"})
    EXPECT_EQ(rule_with(std::string("frames: f, kind: leak, applies: \"") +
                        good + "\""),
              "accepted")
        << good;
  for (const char* bad : {"x", "x ~ 1", "x < 1.", "x < a", "x < 99999999999",
                          "x < 1.2.3.4.5.6.7.8.9", "x < 1 2"})
    EXPECT_NE(rule_with(std::string("frames: f, kind: leak, applies: \"") +
                        bad + "\"")
                  .find("write it like libfoo < 1.2.3"),
              std::string::npos)
        << bad;
}

TEST(Suppressions, TheFileHasAVersionAndAList) {
  const auto none = load_suppressions("known.yaml", "suppression: []\n");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message,
            R"(known.yaml:1:1: `version` is missing
 1 | suppression: []
   | ^
   = start with version: 1
known.yaml:1:1: `suppressions` is missing
 1 | suppression: []
   | ^
   = it is a list of rules
known.yaml:1:1: unknown key `suppression`
 1 | suppression: []
   | ^~~~~~~~~~~
   = did you mean `suppressions`?)");
}

TEST(Suppressions, AFileThatIsNotThereIsAUsageError) {
  const auto rules = load_suppression_file("/no/such/file.yaml");
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().kind, ErrorKind::kUsage);
  EXPECT_NE(rules.error().message.find("/no/such/file.yaml"),
            std::string::npos);
}

}  // namespace
}  // namespace tidemark
