#include "harness/base/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <utility>

namespace tidemark {
namespace {

bool is_open(int number) { return ::fcntl(number, F_GETFD) != -1; }

Fd some_file() { return Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

TEST(Fd, IsClosedWhenItsOwnerGoes) {
  int number = -1;
  {
    const Fd fd = some_file();
    number = fd.get();
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Fd, MovingLeavesNothingBehind) {
  Fd from = some_file();
  const int number = from.get();
  const Fd to = std::move(from);
  EXPECT_EQ(to.get(), number);
  EXPECT_FALSE(from);  // NOLINT: looking at the moved-from state is the test
  EXPECT_TRUE(is_open(number));
}

TEST(Fd, AssignmentClosesWhatWasHeld) {
  Fd fd = some_file();
  const int first = fd.get();
  fd = some_file();
  EXPECT_NE(fd.get(), first);
  EXPECT_FALSE(is_open(first));
  EXPECT_TRUE(is_open(fd.get()));
}

TEST(Fd, ReleaseGivesTheDescriptorUpOpen) {
  Fd fd = some_file();
  const int number = fd.release();
  EXPECT_FALSE(fd);
  EXPECT_TRUE(is_open(number));
  Fd(number).reset();
  EXPECT_FALSE(is_open(number));
}

}  // namespace
}  // namespace tidemark
