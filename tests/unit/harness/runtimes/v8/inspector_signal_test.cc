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
  EXPECT_EQ(inspector_port("/usr/bin/node --inspect-port=9230 /srv/chat.js"),
            9230);
  EXPECT_EQ(inspector_port("node --inspect-port=127.0.0.1:65535"), 65535);
  for (const char* none :
       {"", "node chat.js", "node --inspect-port=", "node --inspect-port=0 a",
        "node --inspect-port=65536 a", "node --inspect-port=12x a",
        "node --inspect-port=::", "node --inspect-port=9230 --inspect=9231"})
    EXPECT_EQ(inspector_port(none), std::nullopt) << none;
}

}  // namespace
}  // namespace tidemark::v8
