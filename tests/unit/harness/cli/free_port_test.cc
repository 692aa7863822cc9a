#include "harness/cli/free_port.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <set>
#include <vector>

#include "harness/base/fd.h"

namespace tidemark {
namespace {

TEST(FreePort, IsNotOneThatAnOutgoingConnectionCanBeGiven) {
  int first = 0, last = 0;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first >> last;
  ASSERT_GT(last, 0);
  if (first < 11'000) return;  // no room beside it
  for (int i = 0; i < 200; ++i) {
    const Result<int> port = free_port();
    ASSERT_TRUE(port);
    EXPECT_GE(*port, 10'000);
    EXPECT_LT(*port, first);
  }
}

TEST(FreePort, CanBeListenedAt) {
  std::set<int> held;
  std::vector<Fd> listeners;
  for (int i = 0; i < 50; ++i) {
    const Result<int> port = free_port();
    ASSERT_TRUE(port);
    listeners.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(static_cast<uint16_t>(*port));
    ASSERT_EQ(bind(listeners.back().get(),
                   reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    ASSERT_EQ(listen(listeners.back().get(), 1), 0);
    // What somebody listens at is not given again.
    EXPECT_TRUE(held.insert(*port).second);
  }
}

}  // namespace
}  // namespace tidemark
