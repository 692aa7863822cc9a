#include "harness/runtimes/v8/inspector_signal.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace tidemark::v8 {
namespace {

volatile sig_atomic_t heard = 0;

TEST(InspectorSignal, IsSentOnlyToWhomItDoesNotEnd) {
  EXPECT_FALSE(begin_inspector(::getpid()));
  struct sigaction catches {};
  catches.sa_handler = [](int) { heard = 1; };
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGUSR1, &catches, &before), 0);
  EXPECT_TRUE(begin_inspector(::getpid()));
  ASSERT_EQ(::sigaction(SIGUSR1, &before, nullptr), 0);
  EXPECT_EQ(heard, 1);
}

TEST(InspectorSignal, APortIsReadFromTheCommandLine) {
  EXPECT_FALSE(has_inspector_port(::getpid()));
}

}  // namespace
}  // namespace tidemark::v8
