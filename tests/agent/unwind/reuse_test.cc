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

Comparison moved;

// Leaves rbp alone, so that the walk still has the caller's when it compares
// its first frame with the capture before.
TIDEMARK_NOINLINE void leaf_without_rbp() {
  compare_here(moved);
  TIDEMARK_KEEP_FRAME();
}

// Has an rbp of its own, always the same: only the saved one tells.
TIDEMARK_FRAME_POINTER void leaf_with_rbp() {
  compare_here(moved);
  TIDEMARK_KEEP_FRAME();
}

using Leaf = void (*)();

TIDEMARK_FRAME_POINTER void inner_room(std::size_t bytes, Leaf leaf) {
  auto* room = static_cast<volatile char*>(__builtin_alloca(bytes));
  room[0] = 1;
  leaf();
  TIDEMARK_KEEP_FRAME();
}

// The boundary between two frames moves while all below stays, and the old
// frame's remains stay where they were, with the other return address.
TIDEMARK_FRAME_POINTER void outer_room(std::size_t bytes, std::size_t total,
                                       Leaf leaf) {
  auto* room = static_cast<volatile char*>(__builtin_alloca(bytes));
  room[0] = 1;
  if (bytes % 128 == 0) {
    inner_room(total - bytes, leaf);
    asm volatile("nop" ::: "memory");
  } else {
    inner_room(total - bytes, leaf);
    asm volatile("nop\nnop" ::: "memory");
  }
}

TEST(Reuse, AMovedBoundaryBetweenTwoFramesIsSeen) {
  for (Leaf leaf : {leaf_without_rbp, leaf_with_rbp}) {
    for (int round = 0; round < 40; ++round) {
      outer_room(64 + static_cast<std::size_t>(round * 7 % 15) * 64, 1088,
                 leaf);
      ASSERT_TRUE(moved.equal) << moved.difference;
    }
  }
}

// Realigned: where its frame lies does not depend on where it was called,
// within the alignment. Only the word that holds the CFA tells.
TIDEMARK_NOINLINE int realigned_room(int a, int b, int c, int d, int e, int f,
                                     int g, int h) {
  alignas(1024) volatile char room[1024];
  auto* more = static_cast<volatile char*>(
      __builtin_alloca(static_cast<std::size_t>(16 + (g & 1))));
  asm volatile("" ::"r"(room), "r"(more) : "memory");
  leaf_without_rbp();
  return a + b + c + d + e + f + g + h + more[0];
}

TIDEMARK_FRAME_POINTER void outer_of_realigned(std::size_t bytes) {
  auto* room = static_cast<volatile char*>(__builtin_alloca(bytes));
  room[0] = 1;
  if (bytes % 32 == 0) {
    realigned_room(1, 2, 3, 4, 5, 6, 7, 8);
    asm volatile("nop" ::: "memory");
  } else {
    realigned_room(1, 2, 3, 4, 5, 6, 7, 8);
    asm volatile("nop\nnop" ::: "memory");
  }
}

TEST(Reuse, AMovedCallerOfARealignedFrameIsSeen) {
  // In memory: in rbp it would be a saved word that tells, too.
  static volatile std::size_t round;
  for (round = 0; round < 200;) {
    round = round + 1;
    outer_of_realigned(16 + round * 7 % 41 * 16);
    ASSERT_TRUE(moved.equal) << moved.difference;
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

// From one call site, after `prepare` with the number of the capture.
TIDEMARK_NOINLINE void capture_twice(Capture (&out)[2], int depth,
                                     void (*prepare)(int)) {
  int times = 2;
  asm("" : "+r"(times));  // not unrolled into two call sites
  for (int i = 0; i < times; ++i) {
    prepare(i);
    capture_below(out[i], depth);
  }
}

TEST(Reuse, TheHashIsTheSameWithAndWithoutReuse) {
  static Capture captures[2];
  for (int depth = 0; depth < 150; ++depth) {
    capture_twice(captures, depth,
                  [](int i) { own_state().never_reuse = i == 1; });
    own_state().never_reuse = false;
    ASSERT_EQ(captures[0].depth, captures[1].depth);
    ASSERT_EQ(captures[0].hash, captures[1].hash) << "at depth " << depth;
  }
}

TEST(Reuse, TheSlowWalkGivesTheSameFramesAndHash) {
  static Capture captures[2];
  for (int depth = 0; depth < 140; ++depth) {
    // A state in use, as a signal handler finds it.
    capture_twice(captures, depth, [](int i) { own_state().busy_at = i == 1; });
    own_state().busy_at = 0;
    ASSERT_EQ(captures[0].depth, captures[1].depth);
    ASSERT_EQ(captures[0].hash, captures[1].hash) << "at depth " << depth;
    ASSERT_EQ(captures[0].truncated, captures[1].truncated);
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

// Makes a rule wrong, as if another module had been mapped over its own.
void end_stacks_at(std::uint64_t return_address) {
  for (FastRule& rule : own_state().rules.rule) {
    if ((rule.key ^ return_address) << 16 == 0) rule.kind = RuleKind::kEnd;
  }
}

TEST(Reuse, WhatWasLearnedIsVoidAfterInvalidation) {
  static Capture captures[4];
  for (int i = 0; i < 4; ++i) {
    own_state().never_reuse = i == 1;
    capture_below(captures[i], 5);
    if (i == 0) end_stacks_at(captures[0].frames[1]);
    if (i == 1) invalidate_rules();
  }
  EXPECT_LT(captures[1].depth, captures[0].depth) << "the rule was not used";
  EXPECT_EQ(captures[2].hash, captures[0].hash);
  EXPECT_EQ(captures[3].hash, captures[0].hash);
}

// As if the fiber of the last capture were no longer mapped.
void unmap_the_root() {
  Trail& trail = own_state().trail[own_state().current];
  ASSERT_GT(trail.end, trail.begin);
  trail.word[trail.frame[trail.end].first_word - 1].address = 16;
  trail.top = ~std::uint64_t{0} >> 1;
}

TEST(Reuse, ATailOutsideTheStackIsNotRead) {
  static Capture captures[2];
  for (Capture& capture : captures) {
    capture_below(capture, 5);
    if (&capture == &captures[0]) unmap_the_root();
  }
  EXPECT_EQ(captures[0].hash, captures[1].hash);
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
