#include "harness/run/suppress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_records.h"

namespace tidemark {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// The sample leak: 55 B and 1 object per connection in chat!chat_join.
class SuppressTest : public testing::Test {
 protected:
  SuppressTest() {
    rule_.where = "known.yaml:3";
    rule_.fingerprint = findings_[0].fingerprint;
    rule_.per_connection = GrowthBound{55, 1};
  }

  SuppressionRecord apply() {
    return suppress({&rule_, 1}, findings_,
                    {record_.sites, "2026-11-21", Count{200}})
        .front();
  }
  const Finding& leak() const { return findings_[0]; }

  RunRecord record_ = leak_record();
  std::vector<Finding> findings_ = record_.judgement->findings;
  SuppressionRule rule_;
};

TEST_F(SuppressTest, AFindingWithinItsBoundsFailsNoLonger) {
  rule_.bug = "https://bugs.example/7";
  rule_.owner = "chat-team";
  const SuppressionRecord used = apply();
  EXPECT_FALSE(leak().fails);
  EXPECT_EQ(leak().suppressed,
            (Suppressed{"known.yaml:3", "leak", "https://bugs.example/7",
                        "chat-team", ""}));
  EXPECT_EQ(used.findings, Count{1});
  EXPECT_EQ(used.objects, Count{200});
  EXPECT_EQ(used.bytes, Bytes{11000});
  EXPECT_EQ(used.complaint, "");
}

TEST_F(SuppressTest, MoreThanItsBoundsFails) {
  rule_.per_connection->bytes = 54;
  EXPECT_EQ(apply().complaint,
            "fits 00c0ffee00c0ffee, which grows by 55 B in 1 objects per "
            "connection; it allows 54 B in 1");
  EXPECT_TRUE(leak().fails);
  rule_.per_connection->bytes = 55;
  rule_.per_connection->objects = 0.5;
  EXPECT_THAT(apply().complaint, HasSubstr("it allows 55 B in 0.5"));
  EXPECT_TRUE(leak().fails);
}

TEST_F(SuppressTest, AnUncertainRateIsBoundedUntilItIsAboveForCertain) {
  findings_[0].rate.bytes_per_connection = 60;
  findings_[0].rate.bytes_per_connection_low = 50;
  EXPECT_EQ(apply().findings, Count{1});
}

TEST_F(SuppressTest, GrowthWithTimeIsBoundedBySeconds) {
  const std::vector<Finding> growing = [this] {
    std::vector<Finding> findings = findings_;
    findings[0].unit = "second";
    findings[0].rate = {55, 1, 4000, 50, false, 50, 60};
    return findings;
  }();
  rule_.per_connection.reset();
  rule_.per_second = GrowthBound{4000, 50};
  findings_ = growing;
  EXPECT_EQ(apply().findings, Count{1});
  // On a slower machine a connection takes more seconds.
  findings_ = growing;
  findings_[0].rate = {550, 10, 4000, 50, false, 500, 600};
  EXPECT_EQ(apply().findings, Count{1});
  findings_ = growing;
  findings_[0].rate = {55, 1, 8800, 110, false, 50, 60};
  EXPECT_EQ(apply().complaint,
            "fits 00c0ffee00c0ffee, which grows by 8000 B in 100 objects per "
            "second; it allows 4000 B in 50");
  // The bound per connection is for everything else.
  rule_.per_connection = GrowthBound{60, 10};
  EXPECT_THAT(apply().complaint, HasSubstr("per second"));
  rule_.per_second.reset();
  EXPECT_EQ(apply().findings, Count{1});
}

TEST_F(SuppressTest, ABoundPerSecondIsNoneForALeak) {
  rule_.per_connection.reset();
  rule_.per_second = GrowthBound{4000, 50};
  EXPECT_EQ(apply().complaint,
            "fits 00c0ffee00c0ffee, which is no growth with time; it is "
            "bounded per second only");
  EXPECT_TRUE(leak().fails);
}

TEST_F(SuppressTest, ARuleThatFitsNothingSaysSo) {
  rule_.fingerprint = "ffffffffffffffff";
  EXPECT_EQ(apply().complaint, "fits no finding");
  EXPECT_TRUE(leak().fails);
}

TEST_F(SuppressTest, ARuleForWhatDoesNotFailIsNotNeeded) {
  findings_[0].fails = false;
  EXPECT_THAT(apply().complaint, StartsWith("is not needed"));
  EXPECT_FALSE(leak().suppressed);
}

TEST_F(SuppressTest, ARuleHoldsOnItsLastDayAndNotAfterIt) {
  rule_.expires = "2026-11-20";
  EXPECT_EQ(apply().complaint,
            "expired on 2026-11-20; it fits 00c0ffee00c0ffee");
  EXPECT_TRUE(leak().fails);
  rule_.expires = "2026-11-21";
  EXPECT_EQ(apply().findings, Count{1});
}

TEST_F(SuppressTest, FramesAreGlobsFromTheInnermostOutwards) {
  rule_.fingerprint.clear();
  for (const std::vector<std::string>& fitting :
       {std::vector<std::string>{"chat_*"},
        {"chat!chat_join", "main"},
        {"*string*", "ma?n"},
        {"chat!*join"}}) {
    findings_ = record_.judgement->findings;
    rule_.frames = fitting;
    EXPECT_EQ(apply().findings, Count{1}) << fitting.front();
  }
  for (const std::vector<std::string>& other :
       {std::vector<std::string>{"chat_leave"},
        {"main", "chat_join"},
        {"libc.so!chat_join"}}) {
    findings_ = record_.judgement->findings;
    rule_.frames = other;
    EXPECT_EQ(apply().complaint, "fits no finding") << other.front();
  }
}

TEST_F(SuppressTest, AFunctionMayHaveAnExclamationMarkInItsName) {
  rule_.fingerprint.clear();
  for (SiteRecord& site : record_.sites)
    site.frames[0].function = "Foo::operator!=(Foo const&) const";
  for (const char* glob :
       {"Foo::operator!=", "chat!Foo::operator!=", "*operator!="}) {
    findings_ = record_.judgement->findings;
    rule_.frames = {glob};
    EXPECT_EQ(apply().findings, Count{1}) << glob;
  }
}

TEST_F(SuppressTest, APredicateLooksAtTheVersionOfAModuleOfTheStack) {
  for (SiteRecord& site : record_.sites)
    site.frames[0].module = "/usr/lib/libtls.so.3.0.11";
  using Comparison = VersionPredicate::Comparison;
  rule_.applies = VersionPredicate{"libtls", Comparison::kLess, {3, 0, 12}};
  EXPECT_EQ(apply().findings, Count{1});
  findings_ = record_.judgement->findings;
  rule_.applies->version = {3, 0, 11};
  EXPECT_EQ(apply().complaint, "does not apply: libtls is 3.0.11");
  EXPECT_TRUE(leak().fails);
  rule_.applies->comparison = Comparison::kAtMost;
  rule_.applies->version = {3, 1};
  EXPECT_EQ(apply().findings, Count{1});
  findings_ = record_.judgement->findings;
  rule_.applies->module = "libssl";
  EXPECT_EQ(apply().complaint,
            "does not apply: no version of libssl is in the stack");
}

TEST_F(SuppressTest, TheFirstRuleThatFitsAndBoundsIsUsed) {
  SuppressionRule narrow = rule_;
  narrow.per_connection->bytes = 1;
  const std::vector<SuppressionRule> rules = {narrow, rule_, rule_};
  const auto used = suppress(rules, findings_, {record_.sites, "", Count{200}});
  ASSERT_EQ(used.size(), 3u);
  EXPECT_THAT(used[0].complaint, HasSubstr("it allows 1 B"));
  EXPECT_EQ(used[1].findings, Count{1});
  EXPECT_EQ(used[2].complaint, "fits no finding");
}

TEST(Glob, StarsAndQuestionMarks) {
  EXPECT_TRUE(matches_glob("", ""));
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(matches_glob("a?c", "abc"));
  EXPECT_FALSE(matches_glob("a?c", "ac"));
  EXPECT_FALSE(matches_glob("a*b", "abc"));
  EXPECT_FALSE(matches_glob("abc", "ab"));
}

}  // namespace
}  // namespace tidemark
