// What other tools' own tests say is lost and what is held, as heaps of ours:
// gperftools (`187b31e^`, src/tests/heap-checker_unittest.cc), Valgrind
// (memcheck/tests/leak-delta.c), LeakSanitizer
// (lsan/TestCases/recoverable_leak_check.cpp), chap (OneLeaked). Ours has no
// modes for what increased, changed or is new: a step's difference is taken
// here.
#include <gtest/gtest.h>

#include <map>

#include "harness/retention/who_holds.h"
#include "tests/support/fake_frozen_heap.h"

namespace tidemark {
namespace {

struct Loss {
  std::int64_t held = 0;  // bytes, then objects
  std::int64_t held_objects = 0;
  std::int64_t lost = 0;
  std::int64_t lost_objects = 0;

  bool operator==(const Loss&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Loss& loss) {
  return out << loss.held << "/" << loss.held_objects << " held, " << loss.lost
             << "/" << loss.lost_objects << " lost";
}

Loss operator-(const Loss& a, const Loss& b) {
  return {a.held - b.held, a.held_objects - b.held_objects, a.lost - b.lost,
          a.lost_objects - b.lost_objects};
}

// Of all blocks of that site.
Loss loss_of(const FakeFrozenHeap& heap, SiteId site) {
  Question question;
  question.findings = 1;
  question.finding_of =
      [site](const LiveBlock& block) -> std::optional<std::uint32_t> {
    if (block.site != site) return std::nullopt;
    return 0;
  };
  const Result<std::vector<Retention>> all = who_holds(heap, question);
  EXPECT_TRUE(all.has_value());
  const Retention& of_site = all->at(0);
  Loss loss{0, 0, of_site.unreachable_bytes.value, of_site.unreachable.value};
  for (const RetainingPath& path : of_site.paths) {
    loss.held += path.bytes.value;
    loss.held_objects += path.objects.value;
  }
  return loss;
}

constexpr Loss held(std::int64_t bytes, std::int64_t objects) {
  return {bytes, objects, 0, 0};
}
constexpr Loss lost(std::int64_t bytes, std::int64_t objects) {
  return {0, 0, bytes, objects};
}

constexpr SiteId kSite = 7;

TEST(LossOracles, GperftoolsSimpleDeath) {
  FakeFrozenHeap heap;
  heap.global("nothing");
  heap.block(100 * 4, kSite);
  heap.block(300, kSite);
  EXPECT_EQ(loss_of(heap, kSite), lost(700, 2));
}

TEST(LossOracles, GperftoolsDeathLoop) {
  FakeFrozenHeap heap;
  heap.global("nothing");
  const std::uint64_t one = heap.block(16, kSite), two = heap.block(16, kSite);
  heap.set(one + 8, two);
  heap.set(two + 8, one);
  EXPECT_EQ(loss_of(heap, kSite), lost(32, 2));
}

TEST(LossOracles, ChapOneLeaked) {
  FakeFrozenHeap heap;
  heap.global("nothing");
  heap.block(24, kSite);
  EXPECT_EQ(loss_of(heap, kSite), lost(24, 1));
}

TEST(LossOracles, LeakSanitizersRecoverableCheck) {
  FakeFrozenHeap heap;
  const std::uint64_t holder = heap.global("p");
  heap.set(holder, heap.block(23, kSite));
  EXPECT_EQ(loss_of(heap, kSite), held(23, 1));
  heap.block(1337, kSite);
  EXPECT_EQ(loss_of(heap, kSite).lost, 1337);
  heap.set(holder, 0);
  EXPECT_EQ(loss_of(heap, kSite), lost(1360, 2));
}

// The steps of leak-delta.c; its pointers are lost by stepping in front of
// what they point to.
class ValgrindsLeakDelta : public testing::Test {
 protected:
  enum Site : SiteId { k10, k21, k32And33, k42, k43 };

  std::uint64_t held_block(Site site, std::uint64_t bytes) {
    const std::uint64_t address = heap_.block(bytes, site);
    pointers_[bytes] = heap_.global("b" + std::to_string(bytes));
    addresses_[bytes] = address;
    regain(bytes);
    return address;
  }
  void regain(std::uint64_t bytes) {
    heap_.set(pointers_[bytes], addresses_[bytes]);
  }
  void lose(std::uint64_t bytes) {
    heap_.set(pointers_[bytes], addresses_[bytes] - 1);
  }

  // What changed since it was last asked, of all sites; those without change
  // left out.
  std::map<SiteId, Loss> changes() {
    std::map<SiteId, Loss> changed;
    for (const SiteId site : {k10, k21, k32And33, k42, k43}) {
      const Loss now = loss_of(heap_, site);
      const Loss change = now - last_[site];
      if (change != Loss{}) changed[site] = change;
      last_[site] = now;
    }
    return changed;
  }
  Loss total() {
    Loss sum;
    for (const auto& [_, loss] : last_) sum = sum - (Loss{} - loss);
    return sum;
  }

  FakeFrozenHeap heap_;
  std::map<std::uint64_t, std::uint64_t> pointers_, addresses_;
  std::map<SiteId, Loss> last_;
};

using Changes = std::map<SiteId, Loss>;

TEST_F(ValgrindsLeakDelta, EachStepChangesWhatItSays) {
  held_block(k10, 10);
  EXPECT_EQ(changes(), (Changes{{k10, held(10, 1)}}));
  EXPECT_EQ(changes(), Changes{});
  lose(10);
  held_block(k21, 21);
  EXPECT_EQ(changes(), (Changes{{k10, {-10, -1, 10, 1}}, {k21, held(21, 1)}}));
  held_block(k32And33, 32);
  held_block(k32And33, 33);
  EXPECT_EQ(changes(), (Changes{{k32And33, held(65, 2)}}));
  EXPECT_EQ(changes(), Changes{});
  regain(10);
  EXPECT_EQ(changes(), (Changes{{k10, {10, 1, -10, -1}}}));
  lose(10);
  EXPECT_EQ(changes(), (Changes{{k10, {-10, -1, 10, 1}}}));
  regain(10);
  EXPECT_EQ(changes(), (Changes{{k10, {10, 1, -10, -1}}}));
  lose(32);
  EXPECT_EQ(changes(), (Changes{{k32And33, {-32, -1, 32, 1}}}));
  EXPECT_EQ(last_[k32And33], (Loss{33, 1, 32, 1}));
  held_block(k42, 42);
  lose(42);
  held_block(k43, 43);
  EXPECT_EQ(changes(), (Changes{{k42, lost(42, 1)}, {k43, held(43, 1)}}));
  lose(43);
  EXPECT_EQ(changes(), (Changes{{k43, {-43, -1, 43, 1}}}));
  EXPECT_EQ(total(), (Loss{64, 3, 117, 3}));
}

}  // namespace
}  // namespace tidemark
