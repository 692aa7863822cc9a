#include "harness/verdict/enough.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

// `kinds`: l, h or i for each measured cycle.
Evidence after(const std::string& kinds, std::int64_t connections = 200) {
  Evidence evidence;
  evidence.baseline = {3};
  std::uint32_t index = 3;
  for (const char kind : kinds) {
    CycleFacts facts;
    facts.index = {++index};
    facts.kind = kind == 'i'   ? CycleKind::kIdle
                 : kind == 'h' ? CycleKind::kHalf
                               : CycleKind::kLoaded;
    if (kind != 'i') facts.load.opened = {connections};
    evidence.cycles.push_back(facts);
  }
  return evidence;
}

Judgement leak() {
  Judgement judgement;
  judgement.outcome = Outcome::kLeak;
  Finding finding;
  finding.kind = FindingClass::kLeak;
  finding.fails = true;
  judgement.findings.push_back(finding);
  return judgement;
}

Judgement pass(double limit) {
  Judgement judgement;
  judgement.outcome = Outcome::kPass;
  judgement.limit.objects_per_connection = limit;
  return judgement;
}

bool known(const std::string& kinds, const Judgement& judgement) {
  const Evidence evidence = after(kinds);
  return tried_all(evidence.cycles, evidence.baseline, {"graceful"}, {}) &&
         enough(evidence, judgement).known;
}

TEST(Enough, ALeakIsKnownAfterThreeLoadedCyclesAndAnIdleOne) {
  EXPECT_FALSE(known("lll", leak()));
  EXPECT_FALSE(known("lli", leak()));
  EXPECT_TRUE(known("llih", leak()));
}

TEST(Enough, EveryWayMustHaveComeTwiceTheNewestCycleNotCounted) {
  Evidence evidence = after("llihll");
  const std::vector<std::string> ways{"graceful", "reset"};
  const auto tried = [&] {
    return tried_all(evidence.cycles, evidence.baseline, ways, {});
  };
  for (CycleFacts& facts : evidence.cycles)
    facts.load.closed["graceful"] = {100};
  EXPECT_FALSE(tried());
  evidence.cycles[0].load.closed["reset"] = {1};
  evidence.cycles[5].load.closed["reset"] = {1};
  EXPECT_FALSE(tried());
  evidence.cycles[4].load.closed["reset"] = {1};
  EXPECT_TRUE(tried());
}

TEST(Enough, AWayThatNeverComesIsNotWaitedForForEver) {
  const Evidence evidence = after(std::string(20, 'l') + std::string(10, 'i'));
  EXPECT_TRUE(
      tried_all(evidence.cycles, evidence.baseline, {"graceful", "reset"}, {}));
}

TEST(Enough, WhatCannotBeToldApartYetIsWaitedForButNotForEver) {
  Judgement judgement = leak();
  judgement.findings[0].rivals = {"fin close"};
  EXPECT_FALSE(known("llihlil", judgement));
  EXPECT_TRUE(known(std::string(20, 'l') + std::string(10, 'i'), judgement));
}

TEST(Enough, MessagesAreNotWaitedForWhereEachConnectionSendsAsMany) {
  Judgement judgement = leak();
  judgement.findings[0].rivals = {"message"};
  Evidence evidence = after("llih");
  for (CycleFacts& facts : evidence.cycles)
    facts.load.messages_sent = {4 * facts.load.opened.value};
  EXPECT_TRUE(enough(evidence, judgement).known);
  evidence.cycles[0].load.messages_sent += Count{1};
  EXPECT_FALSE(enough(evidence, judgement).known);
}

TEST(Enough, OtherGrowthBesideTheLeakIsWaitedFor) {
  Judgement judgement = leak();
  judgement.findings.emplace_back();  // undecided
  EXPECT_FALSE(known("llih", judgement));
  judgement.findings.back().suppressed.emplace();
  EXPECT_TRUE(known("llih", judgement));
}

TEST(Enough, CleanNeedsTheLimitOrTwentyCycles) {
  EXPECT_FALSE(known("llihlillhi", pass(0.02)));
  EXPECT_TRUE(known("llihlillhi", pass(0.009)));
  // What the newest cycle left may be in flight: it does not count yet.
  EXPECT_FALSE(known("llihlilh", pass(0.009)));
  EXPECT_FALSE(known("llihlilhilli", pass(0.02)));
  EXPECT_TRUE(known("llihlilhillillihlilh", pass(0.02)));
  // Without a heap there is no such limit.
  EXPECT_FALSE(known("llihlillhi", pass(0)));
}

TEST(Enough, WhatIsKnownStaysAndIsNotDenied) {
  Judgement judgement = pass(0.02);
  const auto why = [&judgement] {
    return enough(after("llihlilhillillihlilh"), judgement).why;
  };
  EXPECT_EQ(why(), "nothing stays, as far as so many connections can tell");
  judgement.findings.emplace_back();
  judgement.findings[0].kind = FindingClass::kLeak;
  judgement.findings[0].suppressed.emplace();
  EXPECT_EQ(why(),
            "nothing beyond what is known, as far as so many connections can "
            "tell");
  judgement.limit.objects_per_connection = 0.009;
  judgement.limit.bytes_per_connection = 1;
  EXPECT_EQ(why(),
            "nothing beyond what is known; a leak of 1 B per connection would "
            "have shown");
}

TEST(Enough, EachLevelOfEachFactorIsTriedTwice) {
  FactorSpec factors;
  factors.concurrency = {50, 200};
  Evidence evidence = after("llihl");
  evidence.cycles[0].settings.concurrency = 50;
  evidence.cycles[1].settings.concurrency = 50;
  evidence.cycles[3].settings.concurrency = 200;
  const auto tried = [&] {
    return tried_all(evidence.cycles, evidence.baseline, {"a"}, factors);
  };
  EXPECT_FALSE(tried());
  evidence.cycles[4].settings.concurrency = 200;
  EXPECT_FALSE(tried());  // the newest one does not count
  evidence.cycles.push_back(evidence.cycles[2]);
  EXPECT_TRUE(tried());
}

TEST(Enough, WhatNoCycleCanMendIsNotWaitedForLong) {
  Judgement judgement;
  judgement.outcome = Outcome::kInconclusive;  // for no finding's sake
  EXPECT_FALSE(known("llihlil", judgement));
  EXPECT_TRUE(known("llihlilhilli", judgement));
  judgement.findings.emplace_back();  // undecided: that may yet be told
  EXPECT_FALSE(known("llihlilhillillihlilhillil", judgement));
}

}  // namespace
}  // namespace tidemark
