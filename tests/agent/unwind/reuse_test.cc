// The tail of the capture before is taken only where it is true.
#include <random>

#include "tests/agent/unwind/support.h"

namespace tidemark::agent {
namespace {

// ---- A small machine of functions that call each other in any order.

struct Script {
  const std::uint8_t* next;
  const std::uint8_t* end;
};

TIDEMARK_NOINLINE void run(Script script);

template <int kId>
TIDEMARK_NOINLINE void body(Script script) {
  // Frames of different sizes, so that equal depths differ in addresses and
  // different depths may agree in them.
  char room[1 + (kId % 4) * 24];
  asm volatile("" ::"r"(room) : "memory");
  if (kId % 3 == 0) {
    run(script);
  } else {
    asm volatile("" ::: "rbx", "r12", "r13", "memory");
    run(script);
    if (kId % 3 == 1) TIDEMARK_KEEP_FRAME();
  }
  asm volatile("" ::"r"(room) : "memory");
}

// A second call site of everything: same frames, another return address.
template <int kId>
TIDEMARK_NOINLINE void twice(Script script) {
  if (script.end - script.next > 1 && (script.next[1] & 1) != 0) {
    body<kId>(script);
    TIDEMARK_KEEP_FRAME();
  } else {
    body<kId>(script);
    asm volatile("nop" ::: "memory");
  }
}

TIDEMARK_NOINLINE void run(Script script) {
  if (script.next == script.end) return expect_oracle();
  const std::uint8_t step = *script.next++;
  switch (step % 8) {
    case 0:
      body<0>(script);
      break;
    case 1:
      body<1>(script);
      break;
    case 2:
      body<2>(script);
      break;
    case 3:
      twice<3>(script);
      break;
    case 4:
      twice<4>(script);
      break;
    case 5:
      body<5>(script);
      break;
    case 6:
      // Twice on one level: the second finds the first's remains below.
      body<6>({script.end, script.end});
      body<6>(script);
      break;
    default:
      run(script);
  }
  TIDEMARK_KEEP_FRAME();
}

void run_all(const std::vector<std::uint8_t>& steps) {
  run({steps.data(), steps.data() + steps.size()});
}

TEST(Reuse, AHundredThousandRandomStacksEqualTheOracles) {
  std::mt19937 random(20);
  std::vector<std::uint8_t> steps;
  for (int i = 0; i < 100000 && !HasFailure(); ++i) {
    // Keep a random part of the stack before, grow another leaf.
    steps.resize(random() % (steps.size() + 1));
    for (unsigned grow = random() % 6; grow > 0 && steps.size() < 70; --grow)
      steps.push_back(static_cast<std::uint8_t>(random()));
    run_all(steps);
  }
}

TEST(Reuse, StacksAroundTheLimitEqualTheOracles) {
  std::mt19937 random(21);
  std::vector<std::uint8_t> steps;
  for (int i = 0; i < 3000 && !HasFailure(); ++i) {
    steps.resize(random() % (steps.size() + 1));
    while (steps.size() < 30 + random() % 120)
      steps.push_back(static_cast<std::uint8_t>(random()));
    run_all(steps);
  }
}

// ---- Poison: everything that the leaf sees is the same, the root is not.

TIDEMARK_NOINLINE void leaf_of_poison() {
  expect_oracle();
  TIDEMARK_KEEP_FRAME();
}

TIDEMARK_NOINLINE void middle_of_poison(int depth) {
  if (depth == 0) {
    leaf_of_poison();
  } else {
    middle_of_poison(depth - 1);
  }
  TIDEMARK_KEEP_FRAME();
}

// Two call sites in one function: same stack pointers, same leaf, one other
// return address far above.
TIDEMARK_NOINLINE void one_of_two_callers(bool first, int depth) {
  if (first) {
    middle_of_poison(depth);
    asm volatile("nop" ::: "memory");
  } else {
    middle_of_poison(depth);
    asm volatile("nop\nnop" ::: "memory");
  }
}

TEST(Reuse, TheSameStackPointerWithAnotherCallerAboveIsSeen) {
  for (int depth : {0, 1, 5, 20, 60, 110}) {
    for (int i = 0; i < 6; ++i) one_of_two_callers(i % 2 == 0, depth);
  }
}

[[gnu::noinline, gnu::noclone, gnu::optimize("no-omit-frame-pointer")]] void
inner_room(std::size_t bytes, int depth) {
  auto* room = static_cast<volatile char*>(__builtin_alloca(bytes));
  room[0] = 1;
  middle_of_poison(depth);
  TIDEMARK_KEEP_FRAME();
}

// The boundary between two frames moves while all below stays: same return
// addresses in the same places, and the old frame's remains where they were.
// Only the saved rbp tells.
[[gnu::noinline, gnu::noclone, gnu::optimize("no-omit-frame-pointer")]] void
outer_room(std::size_t bytes, std::size_t total, int depth) {
  auto* room = static_cast<volatile char*>(__builtin_alloca(bytes));
  room[0] = 1;
  inner_room(total - bytes, depth);
  TIDEMARK_KEEP_FRAME();
}

TEST(Reuse, AMovedBoundaryBetweenTwoFramesIsSeen) {
  for (int depth : {0, 1, 10, 50}) {
    for (std::size_t bytes = 64; bytes < 1024; bytes += 64)
      outer_room(bytes, 1088, depth);
    for (std::size_t bytes = 1024; bytes > 0; bytes -= 128)
      outer_room(bytes, 1088, depth);
  }
}

// ---- The rules of forgetting, and the hash.

TIDEMARK_NOINLINE void capture_into(Capture& out) {
  capture_stack(own_state(),
                reinterpret_cast<std::uint64_t>(__builtin_return_address(0)),
                out);
  TIDEMARK_KEEP_FRAME();
}

TIDEMARK_NOINLINE void capture_below(Capture& out, int depth) {
  if (depth == 0) {
    capture_into(out);
  } else {
    capture_below(out, depth - 1);
  }
  TIDEMARK_KEEP_FRAME();
}

TEST(Reuse, TheHashIsTheSameWithAndWithoutReuse) {
  static Capture reused;
  static Capture whole;
  for (int depth = 0; depth < 150; ++depth) {
    Capture* const targets[] = {&reused, &whole};
    for (Capture* out : targets) {
      own_state().never_reuse = out == &whole;
      capture_below(*out, depth);
    }
    own_state().never_reuse = false;
    ASSERT_EQ(reused.depth, whole.depth);
    ASSERT_EQ(reused.hash, whole.hash) << "at depth " << depth;
  }
}

TEST(Reuse, TheSlowWalkGivesTheSameFramesAndHash) {
  static Capture fast;
  static Capture slow;
  Capture* const targets[] = {&fast, &slow};
  for (int depth = 0; depth < 140; ++depth) {
    for (Capture* out : targets) {
      // A state in use, as a signal handler finds it.
      own_state().busy_at = out == &slow ? 1 : 0;
      capture_below(*out, depth);
    }
    own_state().busy_at = 0;
    ASSERT_EQ(fast.depth, slow.depth);
    ASSERT_EQ(fast.hash, slow.hash);
    ASSERT_EQ(fast.truncated, slow.truncated);
  }
}

TEST(Reuse, DifferentStacksHaveDifferentHashes) {
  static Capture capture;
  std::vector<std::uint64_t> hashes;
  for (int depth = 0; depth < 100; ++depth) {
    capture_below(capture, depth);
    for (std::uint64_t hash : hashes) ASSERT_NE(hash, capture.hash);
    hashes.push_back(capture.hash);
  }
}

TEST(Reuse, WhatWasLearnedIsVoidAfterInvalidation) {
  static Capture capture;
  capture_below(capture, 5);
  // A rule that is wrong by now, as if another module had been mapped there.
  int poisoned = 0;
  for (FastRule& rule : own_state().rules.rule) {
    if (rule.key == 0) continue;
    rule.cfa_offset += 8;
    ++poisoned;
  }
  ASSERT_GT(poisoned, 5);
  invalidate_rules();
  expect_oracle();
  middle_of_poison(7);
}

TEST(Reuse, InvalidationMayHappenMoreOftenThanMarksExist) {
  for (int i = 0; i < 70000; ++i) {
    invalidate_rules();
    if (i % 1000 == 0) expect_oracle();
  }
  middle_of_poison(7);
}

}  // namespace
}  // namespace tidemark::agent
