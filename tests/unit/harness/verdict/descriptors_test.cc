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

TEST(Descriptors, TheSameMemoryWithoutAHeapViewIsInconclusive) {
  Evidence evidence = sampled([](KernelSample& sample, const CycleFacts&) {
    sample.private_dirty = {60 * kMiB};
  });
  evidence.has_heap = false;
  EXPECT_EQ(judge(evidence).outcome, Outcome::kInconclusive);
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
