#include "harness/attach/safe_place.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>

namespace tidemark::attach {
namespace {

constexpr long kNone = -1;

ThreadStack stack(std::vector<StackFunction> functions, bool complete = true) {
  return {std::move(functions), complete};
}

TEST(SafePlace, WaitingForEventsIs) {
  EXPECT_TRUE(is_safe_place(
      stack({{"libc.so.6", "epoll_wait"}, {"chat", "main"}}), SYS_epoll_wait));
}

TEST(SafePlace, TheServicesOwnCodeIs) {
  EXPECT_TRUE(
      is_safe_place(stack({{"chat", "join"}, {"chat", "main"}}), kNone));
}

TEST(SafePlace, InsideTheAllocatorIsNot) {
  EXPECT_FALSE(is_safe_place(
      stack({{"libc.so.6", ""}, {"libc.so.6", "malloc"}, {"chat", "main"}}),
      kNone));
  EXPECT_FALSE(is_safe_place(
      stack({{"libjemalloc.so.2", "malloc"}, {"chat", "main"}}), kNone));
}

// A lock is waited for by a system call, too.
TEST(SafePlace, WaitingForTheAllocatorsLockIsNot) {
  EXPECT_FALSE(is_safe_place(stack({{"libc.so.6", "__lll_lock_wait_private"},
                                    {"libc.so.6", "__libc_malloc"},
                                    {"chat", "main"}}),
                             SYS_futex));
}

TEST(SafePlace, InASignalHandlerAboveTheAllocatorIsNot) {
  EXPECT_FALSE(is_safe_place(stack({{"chat", "on_signal"},
                                    {"libc.so.6", ""},
                                    {"libc.so.6", "free"},
                                    {"chat", "main"}}),
                             kNone));
}

TEST(SafePlace, InsideTheLoaderIsNot) {
  EXPECT_FALSE(is_safe_place(stack({{"libc.so.6", "read"},
                                    {"ld-linux-x86-64.so.2", ""},
                                    {"chat", "main"}}),
                             SYS_read));
  EXPECT_FALSE(is_safe_place(
      stack({{"chat", "found"}, {"libc.so.6", "dl_iterate_phdr"}}), kNone));
}

TEST(SafePlace, InTheMiddleOfLibcIsNot) {
  EXPECT_FALSE(
      is_safe_place(stack({{"libc.so.6", "memcpy"}, {"chat", "main"}}), kNone));
}

TEST(SafePlace, AStackThatEndsEarlyIsOnlyWhereItWaits) {
  EXPECT_TRUE(is_safe_place(stack({{"libc.so.6", "poll"}}, false), SYS_poll));
  EXPECT_FALSE(is_safe_place(stack({{"chat", "generated"}}, false), kNone));
  EXPECT_FALSE(is_safe_place(stack({}, false), SYS_poll));
}

}  // namespace
}  // namespace tidemark::attach
