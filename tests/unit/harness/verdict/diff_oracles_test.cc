// What gperftools' heap checker and the Hive gateway's memory test say of
// heaps whose totals mislead, asked of our rings and our judge. gperftools:
// `187b31e^`, src/tests/heap-checker_unittest.cc, in ints of four bytes;
// graphql-hive/gateway e104b450, internal/perf/tests/heapsnapshot.test.ts.
#include <gtest/gtest.h>

#include <vector>

#include "harness/verdict/judge.h"
#include "harness/verdict/rings.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

constexpr std::int64_t kInt = 4;

// Once, in the first measured cycle: arrays of so many ints, allocated before
// it, are freed, and others leaked. All are of one caller.
struct Step {
  std::vector<std::int64_t> freed;
  std::vector<std::int64_t> leaked;
};

struct Seen {
  Tally residue;  // by the rings
  Bytes net;      // by the totals
  std::int64_t net_objects = 0;
};

Seen seen_after(const Step& step) {
  FakeRun run(three_closes());
  std::vector<SiteId> old, young;
  for (const std::int64_t ints : step.freed) {
    old.push_back(run.site(ints * kInt, 1));
  }
  for (const std::int64_t ints : step.leaked) {
    young.push_back(run.site(ints * kInt, 1));
  }
  const Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle&, double) {
        if (r.now() == 1) {
          for (const SiteId site : old) r.born(site, 1);
        }
        if (r.now() != r.baseline() + 1) return;
        for (const SiteId site : old) r.free_oldest(site, 1);
        for (const SiteId site : young) r.born(site, 1);
      });
  const std::vector<Dose> doses = measured_doses(evidence);
  const RingBook book(evidence, doses);
  Seen seen;
  for (const Series& series : book.series()) {
    seen.residue.objects += series.residue.objects;
    seen.residue.bytes += series.residue.bytes;
  }
  seen.net = book.live_growth();
  seen.net_objects = static_cast<std::int64_t>(step.leaked.size()) -
                     static_cast<std::int64_t>(step.freed.size());
  return seen;
}

void expect_residue(const Step& step, std::int64_t bytes,
                    std::int64_t objects) {
  const Tally residue = seen_after(step).residue;
  EXPECT_EQ(residue.bytes, Bytes{bytes});
  EXPECT_EQ(residue.objects, Count{objects});
}

TEST(DiffOracles, LeakOnly) {
  expect_residue({{}, {100, 75}}, 700, 2);  // 300 bytes are 75 ints
}

TEST(DiffOracles, LeakLessThanIsFreed) {
  expect_residue({{250}, {100}}, 400, 1);
  EXPECT_EQ(seen_after({{250}, {100}}).net, Bytes{-600});
}

TEST(DiffOracles, FreeingIsNoLeak) { expect_residue({{250}, {}}, 0, 0); }

TEST(DiffOracles, CountLess) {
  const Step step{{50, 50}, {100}};
  expect_residue(step, 400, 1);
  EXPECT_EQ(seen_after(step).net, Bytes{0});
}

TEST(DiffOracles, CountMore) {
  const Step step{{100}, {50, 50}};
  expect_residue(step, 400, 2);
  EXPECT_EQ(seen_after(step).net, Bytes{0});
}

TEST(DiffOracles, LeakButTotalsMatch) {
  const Step step{{240, 160}, {280, 120}};
  expect_residue(step, 1600, 2);
  EXPECT_EQ(seen_after(step).net, Bytes{0});
  EXPECT_EQ(seen_after(step).net_objects, 0);
}

// The same in every cycle and for every connection. `caller` of the leaked
// arrays and of those that are freed.
Judgement judged_with_matching_totals(std::uint32_t freed,
                                      std::uint32_t leaked) {
  FakeRun run(three_closes());
  const SiteId old_large = run.site(240 * kInt, freed);
  const SiteId old_small = run.site(160 * kInt, freed);
  const SiteId large = run.site(280 * kInt, leaked);
  const SiteId small = run.site(120 * kInt, leaked);
  Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        if (r.now() == 1) {
          for (const SiteId site : {old_large, old_small}) r.born(site, 5000);
        }
        if (r.now() <= r.baseline()) return;
        const std::int64_t n = cycle.connections.value;
        for (const SiteId site : {old_large, old_small}) {
          r.free_oldest(site, n);
        }
        for (const SiteId site : {large, small}) r.born(site, n);
      });
  const std::vector<Dose> doses = measured_doses(evidence);
  EXPECT_EQ(RingBook(evidence, doses).live_growth(), Bytes{0});
  return judge(evidence);
}

void expect_leak_of_both(const Judgement& verdict) {
  EXPECT_EQ(verdict.outcome, Outcome::kLeak) << verdict.reason;
  double bytes = 0;
  double objects = 0;
  for (const Finding& finding : verdict.findings) {
    EXPECT_EQ(finding.kind, FindingClass::kLeak) << finding.explanation;
    EXPECT_TRUE(finding.rate.exact);
    bytes += finding.rate.bytes_per_connection;
    objects += finding.rate.objects_per_connection;
  }
  EXPECT_EQ(bytes, 1600);
  EXPECT_EQ(objects, 2);
}

TEST(DiffOracles, AServiceWhoseTotalsMatchIsJudgedByItsRings) {
  expect_leak_of_both(judged_with_matching_totals(1, 2));
  expect_leak_of_both(judged_with_matching_totals(1, 1));
}

// What an array of random length has: it is freed and built anew in every
// cycle, with more bytes and fewer objects in the end.
TEST(DiffOracles, RandomGrowAndFreeIsNoLeak) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    FakeRun run(three_closes(), 5, seed);
    const SiteId small = run.site(28, 1), large = run.site(220, 1);
    const Evidence evidence =
        run.play([&](FakeRun& r, const PlannedCycle&, double) {
          if (r.now() == 1) r.born(small, 25'748);
          if (r.now() <= r.baseline()) return;
          // Small ones go, and some of the large with them.
          r.free_oldest(small, 2'100);
          r.born(large, static_cast<std::int64_t>(r.random() % 3'000));
          r.free_oldest(large, static_cast<std::int64_t>(r.random() % 3'000));
        });
    const Judgement verdict = judge(evidence);
    EXPECT_NE(verdict.outcome, Outcome::kLeak) << seed << verdict.reason;
  }
}

}  // namespace
}  // namespace tidemark
