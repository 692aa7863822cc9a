// How connections end, as the other side of the wire sees it; and how a driver
// ends that is interrupted or has no descriptor left.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "tests/unit/drivers/websocket/driver_fixture.h"
#include "tests/unit/drivers/websocket/servers.h"

namespace tidemark::websocket_test {
namespace {

TEST_F(WebsocketDriver, GracefulClosesCarryTheirCode) {
  BeastEcho service;
  LoadSpec load = spec(service.url());
  load.close = {{CloseBehavior::kGraceful, 1, 4001}};
  cycle(load, 5, plan(5, 0, 0));
  EXPECT_EQ(service.endings(5), (Endings{{"close 4001", 5}}));
}

TEST_F(WebsocketDriver, AFinIsSeenAsTheEndWithoutACloseFrame) {
  BeastEcho service;
  const LoadCounts counts = cycle(spec(service.url()), 5, plan(0, 0, 5));
  EXPECT_EQ(counts.closed, plan(0, 0, 5));
  EXPECT_EQ(service.endings(5), (Endings{{"eof", 5}}));
}

TEST_F(WebsocketDriver, AResetIsSeenAsAReset) {
  BeastEcho service;
  const LoadCounts counts = cycle(spec(service.url()), 5, plan(0, 5, 0));
  EXPECT_EQ(counts.closed, plan(0, 5, 0));
  EXPECT_EQ(service.endings(5), (Endings{{"reset", 5}}));
}

TEST_F(WebsocketDriver, AMixedPlanIsCarriedOutToTheLastConnection) {
  BeastEcho service;
  const LoadCounts counts = cycle(spec(service.url()), 20, plan(8, 5, 4));
  EXPECT_EQ(counts.closed, plan(11, 5, 4));
  EXPECT_EQ(service.endings(20),
            (Endings{{"close 1000", 11}, {"reset", 5}, {"eof", 4}}));
}

TEST_F(WebsocketDriver, UnreadMessagesDoNotTurnAFinIntoAReset) {
  RawServer service({kSwitching + std::string("\x81\x05Hello")});
  LoadSpec load = spec(service.url());
  load.traffic.messages = 1;
  load.traffic.replies = ReplyRule::kIgnore;
  const std::unique_ptr<Driver> driver = make(load);
  ASSERT_TRUE(driver->open(plan(0, 0, 5)));
  service.wait_for_requests(5);
  ASSERT_TRUE(driver->close());
  EXPECT_EQ(service.endings(5), (Endings{{"eof", 5}}));
}

TEST_F(WebsocketDriver, TheDescriptorsAreBackAfterEachOfManyCycles) {
  BeastEcho service;
  const std::unique_ptr<Driver> driver = make(spec(service.url()));
  const int before = open_sockets();
  for (int i = 1; i <= 5; ++i) {
    const LoadCounts counts = cycle(*driver, 10, plan(4, 3, 3));
    EXPECT_EQ(counts.opened.value, 10);
    EXPECT_EQ(counts.closed, plan(4, 3, 3));
    service.endings(10 * i);
  }
  EXPECT_LE(open_sockets(), before);
}

TEST_F(WebsocketDriver, AServiceThatClosesFirstIsCountedAsEarly) {
  const auto early = [this](RawScript script) {
    RawServer service(std::move(script));
    const LoadCounts counts = cycle(spec(service.url()), 2, plan(2, 0, 0));
    EXPECT_EQ(counts.opened.value, 2);
    EXPECT_EQ(counts.early_closed.value, 2);
    EXPECT_EQ(counts.reply_errors.value, 0);
    EXPECT_EQ(counts.reasons.size(), 1u);
    return counts.reasons.empty() ? "" : counts.reasons.begin()->first;
  };
  const std::string good = kSwitching;
  EXPECT_EQ(early({good, false, "\x88\x02\x03\xf3"}),
            "closed by the service with code 1011");
  EXPECT_EQ(early({good + std::string("\x88\0", 2)}),
            "closed by the service without a code");
  EXPECT_EQ(early({good, false, std::string("\x83\0", 2)}),
            "the service broke RFC 6455: invalid opcode");
}

TEST_F(WebsocketDriver, WhatTheServiceEndedBeforeOurCloseIsNotCountedAsOurs) {
  RawServer service({kSwitching, false, "", RawScript::Then::kClose});
  const std::unique_ptr<Driver> driver = make(spec(service.url()));
  ASSERT_TRUE(driver->open(plan(10, 10, 10)));
  service.endings(30);
  ASSERT_TRUE(driver->close());
  // Nothing was sent, which a closed socket would have answered with a reset.
  const LoadCounts counts = accounted(driver->take_counts());
  EXPECT_EQ(counts.early_closed.value, 30);
  EXPECT_EQ(counts.reasons,
            (std::map<std::string, Count>{
                {"closed by the service without a close frame", Count{30}}}));
}

TEST_F(WebsocketDriver, AResetAfterTheHandshakeIsCountedAsEarly) {
  RawServer service({kSwitching, false, "", RawScript::Then::kReset});
  const std::unique_ptr<Driver> driver = make(spec(service.url()));
  // The reset may overtake our read of the reply; each is one of the two.
  const LoadCounts counts = cycle(*driver, 5, plan(5, 0, 0));
  EXPECT_EQ((counts.early_closed + counts.failed).value, 5);
}

TEST_F(WebsocketDriver, TheServicesCloseFrameIsAnsweredWithItsCode) {
  RawServer service({kSwitching + std::string("\x88\x02\x0f\xa1")});
  LoadSpec load = spec(service.url());
  load.traffic.messages = 0;
  cycle(load, 1, plan(1, 0, 0));
  EXPECT_EQ(service.endings(1), (Endings{{"eof", 1}}));
  const std::string sent = service.received();
  ASSERT_EQ(sent.size(), 8u);
  EXPECT_EQ(sent.substr(0, 2), "\x88\x82");
  EXPECT_EQ(sent[6] ^ sent[2], '\x0f');
  EXPECT_EQ(sent[7] ^ sent[3], '\xa1');
}

TEST_F(WebsocketDriver, ACloseThatIsNotAnsweredIsCountedAndEndsAnyway) {
  RawServer service({kSwitching});
  LoadSpec load = spec(service.url());
  load.traffic.messages = 0;
  load.timeouts.close = milliseconds(30);
  const LoadCounts counts = cycle(load, 2, plan(2, 0, 0));
  EXPECT_EQ(counts.closed, plan(2, 0, 0));
  EXPECT_EQ(counts.close_timeouts.value, 2);
  EXPECT_EQ(counts.reasons,
            (Reasons{{"no answer to our close frame within 30 ms", Count{2}}}));
  EXPECT_EQ(service.endings(2), (Endings{{"eof", 2}}));
}

TEST_F(WebsocketDriver, AServiceThatAnswersAndDoesNotHangUpIsLeftPolitely) {
  RawServer service({kSwitching, false, "\x88\x02\x03\xe8"});
  LoadSpec load = spec(service.url());
  load.traffic.messages = 0;
  load.timeouts.close = std::chrono::seconds(20);
  const TimePoint start = clock_.now();
  const LoadCounts counts = cycle(load, 2, plan(2, 0, 0));
  EXPECT_EQ(counts.closed, plan(2, 0, 0));
  EXPECT_EQ(counts.close_timeouts.value, 0);
  EXPECT_EQ(service.endings(2), (Endings{{"eof", 2}}));
  // A FIN of ours makes it hang up long before the timeout.
  EXPECT_LT(clock_.now() - start, std::chrono::seconds(10));
}

TEST_F(WebsocketDriver, CancellingTheHoldClosesAllAtOnce) {
  BeastEcho service;
  LoadSpec load = spec(service.url());
  load.hold = std::chrono::hours(1);
  const std::unique_ptr<Driver> driver = make(load);
  ASSERT_TRUE(driver->open(plan(5)));
  std::thread user([this] { cancellation_.request(); });
  const Status status = driver->exercise();
  user.join();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kInterrupted);
  EXPECT_EQ(driver->open_now().value, 0);
  service.endings(5);
  accounted(driver->take_counts());
  EXPECT_FALSE(driver->open(plan(1)));
}

TEST_F(WebsocketDriver, CancellingAHandshakeThatHangsReturnsAtOnce) {
  const DeadPort port(true);
  LoadSpec load = spec(port.url());
  load.timeouts.connect = load.timeouts.handshake = std::chrono::hours(1);
  const int before = open_sockets();
  const std::unique_ptr<Driver> driver = make(load);
  std::thread user([this] { cancellation_.request(); });
  const Status status = driver->open(plan(3));
  user.join();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kInterrupted);
  EXPECT_EQ(open_sockets(), before);
  accounted(driver->take_counts());
}

TEST_F(WebsocketDriver, ADescriptorLimitIsAnErrorWithItsCure) {
  const DeadPort port(true);
  const std::unique_ptr<Driver> driver = make(spec(port.url()));
  const int before = open_sockets();
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit low = limit;
  const int next = ::dup(0);
  ::close(next);
  low.rlim_cur = static_cast<rlim_t>(next) + 4;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  const Status status = driver->open(plan(50));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kEnvironment);
  EXPECT_THAT(status.error().message,
              testing::MatchesRegex("wanted 50 connections, number [0-9]+ "
                                    "failed: Too many open files \\(limit " +
                                    std::to_string(low.rlim_cur) + "\\)"));
  EXPECT_EQ(status.error().hint,
            "raise the limit with `ulimit -n 306` (the service needs as many), "
            "or lower `connections`");
  EXPECT_EQ(open_sockets(), before);
  accounted(driver->take_counts());
}

TEST_F(WebsocketDriver, AServiceStartedMeanwhileInheritsNoConnection) {
  BeastEcho service;
  const std::unique_ptr<Driver> driver = make(spec(service.url()));
  ASSERT_TRUE(driver->open(plan(3)));
  int clients = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0)
      continue;
    if (!service.url().ends_with(":" + std::to_string(ntohs(peer.sin_port)) +
                                 "/"))
      continue;
    ++clients;
    EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  }
  EXPECT_EQ(clients, 3);
}

}  // namespace
}  // namespace tidemark::websocket_test
