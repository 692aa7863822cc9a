// Shapes of frames: each is compared with libgcc's unwinder.
#include <alloca.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "tests/agent/unwind/support.h"

namespace tidemark::agent {
namespace {

TIDEMARK_NOINLINE int recurse(int depth) {
  if (depth == 0) {
    expect_oracle();
    return 1;
  }
  int result = recurse(depth - 1);
  TIDEMARK_KEEP_FRAME();
  return result + depth;
}

TEST(Frames, APlainStackEqualsTheOracles) { expect_oracle(3); }

TEST(Frames, EveryDepthUpToTheLimitEqualsTheOracles) {
  for (int depth = 0; depth < 140; ++depth) recurse(depth);
  for (int depth = 140; depth-- > 0;) recurse(depth);
}

TEST(Frames, AStackDeeperThanTheLimitIsCutAndSaysSo) {
  recurse(3000);
  Comparison result;
  compare_here(result);
  EXPECT_TRUE(result.equal) << result.difference;
  EXPECT_FALSE(result.capture.truncated);
}

TEST(Frames, EqualCutStacksHaveEqualHashes) {
  static Capture first;
  static Capture second;
  static Capture* into;
  struct Deep {
    TIDEMARK_NOINLINE static void down(int depth) {
      if (depth == 0) {
        const auto here =
            reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
        capture_stack(own_state(), here, *into);
      } else {
        down(depth - 1);
      }
      TIDEMARK_KEEP_FRAME();
    }
  };
  into = &first;
  Deep::down(500);
  into = &second;
  Deep::down(900);
  EXPECT_TRUE(first.truncated);
  EXPECT_TRUE(second.truncated);
  EXPECT_EQ(first.depth, kMaxFrames);
  EXPECT_EQ(first.hash, second.hash);
}

TIDEMARK_NOINLINE void with_alloca(std::size_t bytes) {
  auto* room = static_cast<char*>(alloca(bytes));
  std::memset(room, 0x5a, bytes);
  asm volatile("" ::"r"(room) : "memory");
  expect_oracle();
  TIDEMARK_KEEP_FRAME();
}

TEST(Frames, AllocaOfAnySizeIsCrossed) {
  for (std::size_t bytes = 1; bytes < 70000; bytes = bytes * 3 + 1)
    with_alloca(bytes);
}

TIDEMARK_NOINLINE void realigned(int depth) {
  alignas(64) volatile char room[192];
  room[0] = 1;
  asm volatile("" ::"r"(room) : "memory");
  if (depth == 0) {
    expect_oracle();
  } else {
    realigned(depth - 1);
  }
  room[1] = 2;
}

// More arguments than registers and an alloca: gcc then finds the arguments
// by a dynamic realign argument pointer (DRAP), whose CFA is an expression.
TIDEMARK_NOINLINE int realigned_with_stack_arguments(int a, int b, int c, int d,
                                                     int e, int f, int g,
                                                     int h) {
  alignas(128) volatile char room[256];
  auto* more = static_cast<volatile char*>(
      alloca(static_cast<std::size_t>(16 + (g & 63))));
  room[1] = static_cast<char>(h);
  more[0] = static_cast<char>(h);
  asm volatile("" ::"r"(room), "r"(more) : "memory");
  if (h > 0) {
    int inner = realigned_with_stack_arguments(b, c, d, e, f, g, a, h - 1);
    return inner + more[0] + room[1] + g;
  }
  expect_oracle();
  recurse(3);
  return a + b + c + d + e + f + g + h + more[0];
}

TEST(Frames, RealignedStacksAreCrossed) {
  for (int depth = 0; depth < 12; ++depth) realigned(depth);
}

TEST(Frames, RealignedStacksWithStackArgumentsAreCrossed) {
  for (int i = 0; i < 12; ++i)
    realigned_with_stack_arguments(1, 2, 3, 4, 5, 6, i * 7, i);
}

#ifndef __clang__
TIDEMARK_NOINLINE int rules_of_realigned_frames(int a, int b, int c, int d,
                                                int e, int f, int g, int h) {
  alignas(128) volatile char room[256];
  auto* more = static_cast<volatile char*>(
      alloca(static_cast<std::size_t>(16 + (g & 63))));
  asm volatile("" ::"r"(room), "r"(more) : "memory");
  static Comparison result;
  compare_here(result);
  EXPECT_EQ(compile_rule(result.capture.frames[0]).kind, RuleKind::kDeref);
  EXPECT_TRUE(result.equal) << result.difference;
  return a + b + c + d + e + f + g + h + more[0];
}

TEST(Frames, FramesRealignedByGccHaveAFastRule) {
  rules_of_realigned_frames(1, 2, 3, 4, 5, 6, 7, 8);
}
#endif

int compare_ints(const void* a, const void* b) {
  expect_oracle();
  return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

TEST(Frames, CallbacksThroughTheCLibraryAreCrossed) {
  int values[] = {3, 1, 2, 9, 4};
  std::qsort(values, 5, sizeof values[0], compare_ints);
  EXPECT_EQ(values[4], 9);
}

TIDEMARK_NOINLINE void throw_below(int depth) {
  if (depth == 0) throw std::runtime_error("thrown on purpose");
  throw_below(depth - 1);
  TIDEMARK_KEEP_FRAME();
}

TIDEMARK_NOINLINE void catch_above(int depth) {
  expect_oracle();
  try {
    throw_below(depth);
  } catch (const std::runtime_error&) {
    expect_oracle();
    recurse(2);
  }
  expect_oracle();
}

TEST(Frames, InsideAndAfterExceptionHandlersTheStackIsRight) {
  for (int depth = 0; depth < 30; ++depth) catch_above(depth);
}

struct AtUnwinding {
  ~AtUnwinding() { expect_oracle(); }
};

TIDEMARK_NOINLINE void throw_through_destructor(int depth) {
  AtUnwinding guard;
  throw_below(depth);
}

TEST(Frames, DestructorsRunByAnExceptionSeeTheStackBelowTheThrow) {
  EXPECT_THROW(throw_through_destructor(4), std::runtime_error);
}

TIDEMARK_FRAME_POINTER void with_pointer(int depth) {
  if (depth == 0) {
    expect_oracle();
  } else {
    with_pointer(depth - 1);
  }
  TIDEMARK_KEEP_FRAME();
}

TEST(Frames, FramePointersMixWithFramesThatHaveNone) {
  with_pointer(10);
  recurse(10);
}

// Saves many registers and keeps a lot on its stack.
TIDEMARK_NOINLINE long crowded(long a, long b, int depth) {
  long values[40];
  for (int i = 0; i < 40; ++i) values[i] = a * i + b;
  asm volatile("" ::"r"(values) : "memory", "rbx", "r12", "r13", "r14", "r15");
  if (depth > 0) {
    values[depth % 40] += crowded(b, a, depth - 1);
  } else {
    expect_oracle();
  }
  long sum = 0;
  for (long value : values) sum += value;
  return sum;
}

TEST(Frames, FramesThatSaveAllRegistersAreCrossed) {
  for (int depth = 0; depth < 30; ++depth) crowded(1, 2, depth);
}

TEST(Frames, AnUnknownCallerIsTheOnlyFrameAndTruncated) {
  Capture capture;
  capture_stack(own_state(), 0x1234, capture);
  EXPECT_EQ(capture.depth, 1u);
  EXPECT_EQ(capture.frames[0], 0x1234u);
  EXPECT_TRUE(capture.truncated);
  EXPECT_NE(capture.hash, 0u);
}

}  // namespace
}  // namespace tidemark::agent
