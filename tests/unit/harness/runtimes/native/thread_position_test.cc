#include "harness/runtimes/native/thread_position.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(ThreadPosition, ABlockedThreadShowsItsArgumentsAndItsStack) {
  ThreadPosition at = parse_thread_syscall(
      "0 0x3 0x7f903cd12000 0x20000 0x0 0xffffffff 0x1 0x7fffbd82da08 "
      "0x7f903ce8c2ad\n");
  EXPECT_EQ(at.stack_pointer, 0x7fffbd82da08u);
  EXPECT_EQ(at.program_counter, 0x7f903ce8c2adu);
  EXPECT_EQ(at.arguments, (std::vector<std::uint64_t>{
                              3, 0x7f903cd12000, 0x20000, 0, 0xffffffff, 1}));
  EXPECT_STREQ(argument_register(0), "rdi");
  EXPECT_STREQ(argument_register(3), "r10");
}

TEST(ThreadPosition, OutsideASystemCallThereAreNoArguments) {
  ThreadPosition at = parse_thread_syscall("-1 0x7ffd10 0x401000\n");
  EXPECT_EQ(at.stack_pointer, 0x7ffd10u);
  EXPECT_TRUE(at.arguments.empty());
}

TEST(ThreadPosition, NothingIsKnownOfARunningThread) {
  for (const char* text :
       {"running\n", "", "1 2 3", "0 0x1 0x2 0x3", "-1 0x7ffd10 0x40100g"})
    EXPECT_EQ(parse_thread_syscall(text), ThreadPosition{}) << text;
}

TEST(ThreadPosition, BetweenTwoLooksTheDeeperStackCounts) {
  std::vector<ThreadPosition> held =
      between({{1, "a", 0x900, 0x10, {7}}, {2, "b", 0x500, 0x20, {8}}},
              {{1, "a", 0x800, 0x11, {9}}, {2, "b", 0x500, 0x20, {8}}});
  EXPECT_EQ(held, (std::vector<ThreadPosition>{{1, "a", 0x800, 0x11, {7, 9}},
                                               {2, "b", 0x500, 0x20, {8}}}));
}

TEST(ThreadPosition, WhoRanOnceOrIsNewMayBeAnywhere) {
  std::vector<ThreadPosition> held =
      between({{1, "a", 0x900, 0x10, {7}}, {4, "gone", 0x500, 0x20, {}}},
              {{1, "a", std::nullopt, 0, {}}, {3, "new", 0x700, 0x30, {}}});
  EXPECT_EQ(held, (std::vector<ThreadPosition>{{1, "a", std::nullopt, 0, {}},
                                               {3, "new", std::nullopt, 0, {}},
                                               {4, "gone", 0x500, 0x20, {}}}));
}

}  // namespace
}  // namespace tidemark
