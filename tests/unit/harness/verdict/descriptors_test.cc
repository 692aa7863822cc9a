#include "harness/verdict/descriptors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/verdict/judge.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kMiB = 1024 * 1024;

// Kernel samples at rest, changed by `change` after each measured cycle.
Evidence sampled(
    const std::function<void(KernelSample&, const CycleFacts&)>& change) {
  FakeRun run(three_closes());
  Evidence evidence = run.play([](FakeRun&, const PlannedCycle&, double) {});
  KernelSample sample;
  sample.moment = "baseline";
  sample.cycle = evidence.baseline;
  sample.fds.files = {4};
  sample.fds.sockets = {1};
  sample.sockets = {{"LISTEN", Count{1}}};
  sample.threads = {2};
  sample.private_dirty = {20 * kMiB};
  evidence.kernel.push_back(sample);
  sample.moment = "settled";
  for (const CycleFacts& facts : evidence.cycles) {
    if (facts.index <= evidence.baseline) continue;
    sample.cycle = facts.index;
    change(sample, facts);
    evidence.kernel.push_back(sample);
  }
  return evidence;
}

TEST(Descriptors, FiguresThatComeBackToTheBaselinePass) {
  const Judgement verdict =
      judge(sampled([](KernelSample&, const CycleFacts&) {}));
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  EXPECT_TRUE(verdict.findings.empty());
}

TEST(Descriptors, AnFdPerConnectionFailsAndSaysSo) {
  const Judgement verdict =
      judge(sampled([](KernelSample& sample, const CycleFacts& facts) {
        sample.fds.files += facts.load.opened;
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().kind, FindingClass::kDescriptors);
  EXPECT_EQ(verdict.findings.front().unit, "descriptor");
  EXPECT_TRUE(verdict.findings.front().rate.exact);
  EXPECT_EQ(verdict.reason,
            "1,500 descriptors more than at the baseline after 1,500 "
            "connections (allowed: 0): 1 per connection in every cycle");
}

TEST(Descriptors, SocketsNeverClosedAreNotCountedTwice) {
  Evidence evidence =
      sampled([](KernelSample& sample, const CycleFacts& facts) {
        const Count resets = facts.load.closed.count("reset") == 0
                                 ? Count{}
                                 : facts.load.closed.at("reset");
        sample.fds.sockets += resets;
        sample.sockets["CLOSE-WAIT"] += resets;
      });
  for (CycleFacts& facts : evidence.cycles) facts.drained = false;
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().unit, "socket");
  EXPECT_THAT(verdict.reason, HasSubstr("1 per reset close"));
}

// One per reset, two per fin; `odd` more in the fourth measured cycle.
Evidence leaks_by_way(std::int64_t odd) {
  int measured = 0;
  return sampled([=](KernelSample& sample, const CycleFacts& facts) mutable {
    const auto closed = [&](const char* way) {
      const auto found = facts.load.closed.find(way);
      return found == facts.load.closed.end() ? Count{} : found->second;
    };
    sample.fds.files += closed("reset") + closed("fin") + closed("fin");
    if (++measured == 4) sample.fds.files += Count{odd};
  });
}

// A shell's loop: its child was not there when the baseline was taken.
TEST(Descriptors, AProcessThatComesAndGoesIsNoGrowth) {
  const Judgement verdict =
      judge(sampled([](KernelSample& sample, const CycleFacts& facts) {
        const bool away = facts.index.value % 5 == 0;
        sample.processes = {away ? 0 : 1};
        sample.fds.files = {away ? 4 : 7};
        sample.threads = {away ? 2 : 3};
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kPass) << verdict.reason;
}

TEST(Descriptors, WhatIsLeftBesideAProcessThatComesAndGoesIsFound) {
  std::int64_t left = 0;
  const Judgement verdict =
      judge(sampled([&](KernelSample& sample, const CycleFacts& facts) {
        const bool away = facts.index.value % 5 == 0;
        left += facts.load.opened.value;
        sample.processes = {away ? 0 : 1};
        sample.fds.files = {left + (away ? 4 : 7)};
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak) << verdict.reason;
}

TEST(Descriptors, WhatIsLeftBesideAWorkerIsSaidWithItsRate) {
  const Judgement verdict =
      judge(sampled([](KernelSample& sample, const CycleFacts& facts) {
        if (sample.processes == Count{}) sample.fds.files += Count{3};
        sample.processes = {1};
        sample.fds.files += facts.load.opened;
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  EXPECT_THAT(verdict.reason, HasSubstr("1 per connection in 11 of 12 cycles"));
}

TEST(Descriptors, ProcessesThatBecomeMoreAndMoreAreFound) {
  const Judgement verdict =
      judge(sampled([](KernelSample& sample, const CycleFacts&) {
        sample.processes += Count{1};
        sample.fds.files += Count{3};
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak) << verdict.reason;
}

TEST(Descriptors, EachWayOfClosingIsSaidWithItsOwnNumber) {
  const Judgement verdict = judge(leaks_by_way(0));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  EXPECT_THAT(verdict.reason,
              HasSubstr(": 2 per fin close, 1 per reset close in every cycle"));
}

TEST(Descriptors, ACycleThatDiffersIsNotSaidToBeLikeTheOthers) {
  const Judgement verdict = judge(leaks_by_way(2));
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_FALSE(verdict.findings.front().rate.exact);
  EXPECT_THAT(
      verdict.reason,
      HasSubstr(": 2 per fin close, 1 per reset close in 11 of 12 cycles"));
}

TEST(Descriptors, UnitsThatExplainThemAsWellAreKept) {
  int measured = 0;
  Evidence evidence =
      sampled([&](KernelSample& sample, const CycleFacts& facts) {
        sample.fds.files += facts.load.opened;
        if (++measured == 4) sample.fds.files += Count{1};
      });
  // All but two clients end with a reset.
  for (CycleFacts& facts : evidence.cycles) {
    const std::uint32_t at = facts.index.value - evidence.baseline.value;
    const Count others{at == 1 || at == 2 ? 1 : 0};
    facts.load.closed = {{"reset", facts.load.opened - others},
                         {"graceful", others}};
  }
  const Judgement verdict = judge(evidence);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().rivals,
            std::vector<std::string>{"reset close"});
  EXPECT_THAT(verdict.reason,
              HasSubstr(": 1 per connection or reset close in 11 of 12"));
}

TEST(Descriptors, ThreadsAreJudgedOnlyWithABudget) {
  Evidence evidence = sampled([](KernelSample& sample, const CycleFacts&) {
    sample.threads += Count{1};
  });
  EXPECT_EQ(judge(evidence).outcome, Outcome::kPass);
  evidence.expect.threads = Count{4};
  EXPECT_EQ(judge(evidence).outcome, Outcome::kLeak);
  evidence.expect.threads = Count{12};
  EXPECT_EQ(judge(evidence).outcome, Outcome::kPass);
}

TEST(Descriptors, OneLateCloseInTheLastSampleIsForgiven) {
  Evidence evidence = sampled([](KernelSample&, const CycleFacts&) {});
  evidence.kernel.back().fds.files += Count{1};
  EXPECT_EQ(judge(evidence).outcome, Outcome::kPass);
}

TEST(Descriptors, MemoryThatOnlyTheAllocatorHoldsIsInnocent) {
  const Judgement verdict =
      judge(sampled([](KernelSample& sample, const CycleFacts&) {
        sample.private_dirty = {60 * kMiB};
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().kind, FindingClass::kAllocatorRetained);
  EXPECT_EQ(verdict.findings.front().residue, Bytes{40 * kMiB});
}

TEST(Descriptors, MemoryThatGoesOnGrowingWithoutAHeapViewIsInconclusive) {
  Evidence evidence =
      sampled([](KernelSample& sample, const CycleFacts& facts) {
        sample.private_dirty = {(20 + 4 * facts.index.value) * kMiB};
      });
  evidence.has_heap = false;
  EXPECT_EQ(judge(evidence).outcome, Outcome::kInconclusive);
}

TEST(Descriptors, MemoryThatStoodStillInTheLastThirdWasARuntimesToTake) {
  Evidence evidence = sampled([](KernelSample& sample, const CycleFacts&) {
    sample.private_dirty = {60 * kMiB};
  });
  evidence.has_heap = false;
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().kind, FindingClass::kBounded);
}

TEST(Descriptors, SmallGrowthOfPrivateMemoryIsNotMentioned) {
  const Judgement verdict =
      judge(sampled([](KernelSample& sample, const CycleFacts&) {
        sample.private_dirty = {27 * kMiB};
      }));
  EXPECT_TRUE(verdict.findings.empty());
}

}  // namespace
}  // namespace tidemark
