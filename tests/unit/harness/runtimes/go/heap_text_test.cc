#include "harness/runtimes/go/heap_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark::go {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// As Go 1.19 wrote it, shortened.
constexpr std::string_view kText =
    "heap profile: 3: 2112 [5: 4160] @ heap/1048576\n"
    "2: 2048 [4: 4096] @ 0x4452e7 0x43c136 0x468e1c\n"
    "#\t0x43c135\tnet/http.(*conn).serve+0x1d5\t\t/go/src/net/http/server.go:"
    "1991\n"
    "#\t0x468e1b\tmain.main+0x11b\t/src/chat/main.go:17\n"
    "\n"
    "1: 64 [1: 64] @ 0x4452e7\n"
    "#\t0x4452e6\n"
    "\n"
    "0: 0 [1: 16] @ 0x43bb8e 0x43e8e5\n"
    "#\t0x43bb8d\tmain.main+0x11b\t/src/chat/main.go:17\n"
    "\n\n"
    "# runtime.MemStats\n"
    "# Alloc = 190488\n"
    "# Stack = 393216 / 425984\n"
    "# PauseNs = [16294 0 0]\n"
    "# GCCPUFraction = 4.65e-05\n"
    "# NumGC = 7\n"
    "# DebugGC = false\n";

HeapText read(std::string_view text) {
  const Result<HeapText> heap = read_heap_text(text);
  EXPECT_TRUE(heap) << heap.error().message;
  return heap ? *heap : HeapText{};
}

std::string complaint(std::string_view text) {
  const Result<HeapText> heap = read_heap_text(text);
  return heap ? "" : heap.error().message;
}

TEST(GoHeapText, HasTheRateOfWhichTheHeaderSaysTwice) {
  EXPECT_EQ(read(kText).rate, 524288u);
  EXPECT_EQ(
      read("heap profile: 0: 0 [0: 0] @ heap/2\n\n# runtime.MemStats\n").rate,
      1u);
}

TEST(GoHeapText, HasRecordsWithAddressesAndFrames) {
  const HeapText heap = read(kText);
  ASSERT_EQ(heap.records.size(), 3u);
  const HeapRecord& first = heap.records[0];
  EXPECT_EQ(first.objects, Count{2});
  EXPECT_EQ(first.bytes, Bytes{2048});
  EXPECT_EQ(first.ever_objects, Count{4});
  EXPECT_EQ(first.ever_bytes, Bytes{4096});
  EXPECT_EQ(size_of(first), Bytes{1024});
  EXPECT_THAT(first.addresses, ElementsAre(0x4452e7, 0x43c136, 0x468e1c));
  ASSERT_EQ(first.frames.size(), 2u);
  EXPECT_EQ(heap.frames[first.frames[0]],
            (StackFrame{"net/http.(*conn).serve", "/go/src/net/http/server.go",
                        1991}));
  // A frame is there once, and one without a name is none.
  EXPECT_EQ(heap.records[2].frames[0], first.frames[1]);
  EXPECT_TRUE(heap.records[1].frames.empty());
  // Of blocks that are all gone.
  EXPECT_EQ(size_of(heap.records[2]), Bytes{16});
}

TEST(GoHeapText, HasTheCountersOfTheRuntime) {
  const HeapText heap = read(kText);
  EXPECT_THAT(heap.statistics, ElementsAre(testing::Pair("Alloc", 190488u),
                                           testing::Pair("NumGC", 7u),
                                           testing::Pair("Stack", 393216u)));
}

TEST(GoHeapText, SaysWhichLineIsWrong) {
  EXPECT_THAT(complaint("<html>404"), HasSubstr("found `<html>404`"));
  EXPECT_THAT(complaint("heap profile: 0: 0 [0: 0] @ heapprofile\n"),
              HasSubstr("wanted a heap profile of Go"));
  EXPECT_THAT(complaint("heap profile: 0: 0 [0: 0] @ heap/2\n1: x\n"),
              HasSubstr("line 2, `1: x`"));
  EXPECT_THAT(
      complaint("heap profile: 0: 0 [0: 0] @ heap/2\n1: 2 [1: 2] @ 0xzz\n"),
      HasSubstr("wanted addresses of 64 bits"));
  EXPECT_THAT(
      complaint("heap profile: 0: 0 [0: 0] @ heap/2\n0: 9 [1: 2] @ 0x1\n"),
      HasSubstr("amounts that cannot be"));
  EXPECT_THAT(complaint("heap profile: 0: 0 [0: 0] @ heap/2\n#\t0x1\tf\tg:1\n"),
              HasSubstr("a frame of no record"));
  EXPECT_THAT(complaint("heap profile: 0: 0 [0: 0] @ heap/2\n"
                        "9223372036854775807: 9223372036854775807 "
                        "[9223372036854775807: 9223372036854775807] @ 0x1\n"),
              HasSubstr("amounts that cannot be"));
}

TEST(GoHeapText, AmountsThatAreTooMuchTogetherAreRefused) {
  std::string text = "heap profile: 0: 0 [0: 0] @ heap/2\n";
  for (int i = 0; i < 3; ++i)
    text += "1: 20000000000000000 [1: 20000000000000000] @ 0x1\n";
  EXPECT_THAT(complaint(text), HasSubstr("line 3, "));
  EXPECT_THAT(complaint(text), HasSubstr("amounts that cannot be"));
}

TEST(GoHeapText, MoreStacksThanAnyServiceHasAreRefused) {
  std::string text = "heap profile: 0: 0 [0: 0] @ heap/2\n";
  for (std::size_t i = 0; i <= kMostStacks; ++i) text += "0: 0 [1: 8] @\n";
  EXPECT_THAT(complaint(text), HasSubstr("more stacks than any service has"));
}

TEST(GoHeapText, HalfAProfileIsRefused) {
  const auto up_to = [](std::string_view end) {
    return kText.substr(0, kText.find(end));
  };
  // At the end of a line, of which each seems to be right.
  EXPECT_THAT(complaint(up_to("1: 64 [1")), HasSubstr("half a heap profile"));
  EXPECT_THAT(complaint(up_to("# runtime")), HasSubstr("# runtime.MemStats"));
  EXPECT_THAT(complaint(kText.substr(0, kText.size() - 1)),
              HasSubstr("half a heap profile"));
  EXPECT_EQ(complaint(kText), "");
}

TEST(GoHeapText, AStackWithoutAnEndIsRefused) {
  std::string text = "heap profile: 0: 0 [0: 0] @ heap/2\n1: 8 [1: 8] @";
  for (std::size_t i = 0; i <= kDeepestStack; ++i) text += " 0x1";
  EXPECT_THAT(complaint(text + "\n"), HasSubstr("more than 4096"));
}

}  // namespace
}  // namespace tidemark::go
