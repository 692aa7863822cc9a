// What all drivers share: pure values in, values out.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "drivers/common/close_plan.h"
#include "drivers/common/load_url.h"
#include "drivers/common/pacer.h"
#include "drivers/common/payload.h"
#include "drivers/common/random.h"
#include "drivers/common/reasons.h"
#include "drivers/common/slab.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;

TEST(Random, TheSameSeedGivesTheSameNumbersOnEveryMachine) {
  Random random(42);
  EXPECT_EQ(random.next(), 0xbdd732262feb6e95u);
  EXPECT_EQ(random.next(), 0x28efe333b266f103u);
}

TEST(Random, DrawsBelowALimitCoverAllOfItAndNothingElse) {
  Random random(7);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(5));
  EXPECT_EQ(seen, (std::set<std::uint32_t>{0, 1, 2, 3, 4}));
}

TEST(Pacer, EventsAreEvenlySpacedFromTheStart) {
  const TimePoint start{milliseconds(1000)};
  const Pacer pacer(20, start);
  EXPECT_EQ(pacer.due(Count{0}), start);
  EXPECT_EQ(pacer.due(Count{1}), start + milliseconds(50));
  EXPECT_EQ(pacer.due(Count{72000}), start + std::chrono::hours(1));
}

TEST(Pacer, WithoutARateAllIsDueAtOnce) {
  const TimePoint start{milliseconds(5)};
  EXPECT_TRUE(Pacer(0, start).unlimited());
  EXPECT_EQ(Pacer(0, start).due(Count{1000}), start);
}

TEST(Payload, EveryMessageOfEveryConnectionIsDifferent) {
  Payload payload(Bytes{64}, true, 1);
  std::set<std::string> seen;
  for (std::uint32_t c = 0; c < 30; ++c)
    for (std::uint32_t m = 0; m < 30; ++m)
      seen.insert(std::string(payload.content({c, m})));
  EXPECT_EQ(seen.size(), 900u);
}

TEST(Payload, AShortMessageShowsBothNumbers) {
  Payload payload(Bytes{2}, false, 1);
  EXPECT_EQ(payload.content({0x3, 0xa}), "a3");
  EXPECT_EQ(payload.content({0x13, 0x1a}), "a3");
}

TEST(Payload, AnEmptyMessageIsEmpty) {
  Payload payload(Bytes{0}, true, 1);
  EXPECT_EQ(payload.content({1, 1}), "");
}

TEST(Payload, TextIsPrintable) {
  Payload payload(Bytes{4096}, false, 9);
  const std::string text(payload.content({1, 2}));
  EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                          [](char c) { return c >= 0x20 && c < 0x7f; }));
}

TEST(Payload, AChangedByteDoesNotMatch) {
  Payload payload(Bytes{100}, true, 9);
  std::string echo(payload.content({4, 5}));
  EXPECT_TRUE(payload.matches({4, 5}, echo));
  EXPECT_FALSE(payload.matches({4, 6}, echo));
  echo.back() ^= 1;
  EXPECT_FALSE(payload.matches({4, 5}, echo));
  echo.pop_back();
  EXPECT_FALSE(payload.matches({4, 5}, echo));
}

TEST(Reasons, AfterEightTextsTheRestIsOther) {
  std::map<std::string, Count> reasons;
  for (int i = 0; i < 10; ++i) count_reason(reasons, std::to_string(i));
  count_reason(reasons, "0");
  EXPECT_EQ(reasons.size(), 9u);
  EXPECT_EQ(reasons["0"].value, 2);
  EXPECT_EQ(reasons["other"].value, 2);
}

TEST(Reasons, ForeignTextIsCutAndMadePrintable) {
  std::map<std::string, Count> reasons;
  count_reason(reasons, "a\x1b[31m" + std::string(500, 'x'));
  ASSERT_EQ(reasons.size(), 1u);
  EXPECT_TRUE(reasons.begin()->first.starts_with("a?[31mxxx"));
  EXPECT_EQ(reasons.begin()->first.size(), 120u);
}

LoadSpec three_ways() {
  LoadSpec flow;
  flow.close = {{CloseBehavior::kGraceful, 1, 1001},
                {CloseBehavior::kReset, 50},
                {CloseBehavior::kGraceful, 3, 4000}};
  return flow;
}

TEST(ClosePlan, TheNumbersAreThePlans) {
  Random random(1);
  const auto ways =
      assign_ways({{"graceful", {2}}, {"reset", {3}}}, three_ways(), random);
  ASSERT_EQ(ways.size(), 5u);
  EXPECT_EQ(std::count(ways.begin(), ways.end(), 1), 3);
}

TEST(ClosePlan, TheOrderIsDrawnFromTheSeed) {
  Random one(1), same(1), other(2);
  const WayCounts plan{{"graceful", {20}}, {"reset", {20}}};
  const auto a = assign_ways(plan, three_ways(), one);
  EXPECT_EQ(a, assign_ways(plan, three_ways(), same));
  EXPECT_NE(a, assign_ways(plan, three_ways(), other));
  EXPECT_NE(a, assign_ways(plan, three_ways(), one));
}

TEST(ClosePlan, WaysOfOtherFlowsAreLeftOut) {
  LoadSpec flow = three_ways();
  flow.name = "chat";
  Random random(1);
  EXPECT_EQ(
      assign_ways({{"chat/reset", {2}}, {"feed/reset", {3}}}, flow, random),
      (std::vector<std::uint16_t>{1, 1}));
}

TEST(ClosePlan, NamesakesAreDrawnByTheirWeights) {
  Random random(5);
  const auto ways = assign_ways({{"graceful", {1000}}}, three_ways(), random);
  const auto rare = std::count(ways.begin(), ways.end(), 0);
  EXPECT_EQ(std::count(ways.begin(), ways.end(), 2), 1000 - rare);
  EXPECT_NEAR(static_cast<double>(rare), 250, 60);
}

TEST(Slab, ANameIsNeverReusedForAnotherObject) {
  Slab<int> slab;
  const SlotId first = slab.emplace(1);
  slab.erase(first);
  const SlotId second = slab.emplace(2);
  EXPECT_EQ(first.index, second.index);
  EXPECT_EQ(slab.find(first), nullptr);
  ASSERT_NE(slab.find(second), nullptr);
  EXPECT_EQ(*slab.find(second), 2);
  slab.erase(first);
  EXPECT_EQ(slab.used(), 1u);
}

TEST(Slab, VisitorsMayEraseWhatTheyVisit) {
  Slab<int> slab;
  for (int i = 0; i < 5; ++i) slab.emplace(i);
  int sum = 0;
  slab.for_each([&](SlotId id, int value) {
    sum += value;
    if (value % 2 == 0) slab.erase(id);
  });
  EXPECT_EQ(sum, 10);
  EXPECT_EQ(slab.used(), 2u);
}

TEST(LoadUrl, HostPortAndResourceAreTakenApart) {
  const auto url = parse_load_url("ws://127.0.0.1:9001/a/b?c=d", {"ws"});
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "127.0.0.1");
  EXPECT_EQ(url->port, 9001);
  EXPECT_EQ(url->resource, "/a/b?c=d");
  EXPECT_EQ(url->authority(), "127.0.0.1:9001");
}

TEST(LoadUrl, WhatIsNotSaidIsPort80AndTheRoot) {
  const auto url = parse_load_url("ws://localhost", {"ws"});
  ASSERT_TRUE(url);
  EXPECT_EQ(url->port, 80);
  EXPECT_EQ(url->resource, "/");
  EXPECT_EQ(url->authority(), "localhost");
  EXPECT_EQ(parse_load_url("ws://localhost?x=1", {"ws"})->resource, "/?x=1");
}

TEST(LoadUrl, AnIPv6AddressStandsInBrackets) {
  const auto url = parse_load_url("ws://[::1]:8080/", {"ws"});
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->authority(), "[::1]:8080");
  EXPECT_EQ(parse_load_url("ws://[::1]", {"ws"})->port, 80);
}

TEST(LoadUrl, ErrorsSayWhatWasWantedAndFound) {
  const auto message = [](std::string_view url) {
    return parse_load_url(url, {"ws"}).error().message;
  };
  const std::string wanted = "wanted ws://HOST:PORT/PATH, found ";
  EXPECT_EQ(message("wss://h/"), wanted + "`wss://h/`: the scheme is another");
  EXPECT_EQ(message("ws://:1/"), wanted + "`ws://:1/`: there is no host");
  EXPECT_EQ(message("ws://h:0/"),
            wanted + "`ws://h:0/`: the port is not a number from 1 to 65535");
  EXPECT_EQ(message("ws://h:/"),
            wanted + "`ws://h:/`: the port is not a number from 1 to 65535");
  EXPECT_EQ(
      message("ws://h:65536/"),
      wanted + "`ws://h:65536/`: the port is not a number from 1 to 65535");
  EXPECT_EQ(message("ws://[::1/"),
            wanted + "`ws://[::1/`: the `[` is not closed");
  EXPECT_EQ(message("ws://::1]:80/"),
            wanted + "`ws://::1]:80/`: brackets belong around an IPv6 address");
  EXPECT_EQ(message("ws://h/ x"),
            wanted + "`ws://h/ x`: it has a space or a control character");
  EXPECT_EQ(message("ws://u:p@h/"),
            wanted + "`ws://u:p@h/`: user and password belong into a header");
  EXPECT_EQ(message("ws://h/#a"),
            wanted + "`ws://h/#a`: a fragment (#) is not sent to a service");
  EXPECT_EQ(parse_load_url("x", {"ws"}).error().hint,
            "for example ws://127.0.0.1:9001/");
}

}  // namespace
}  // namespace tidemark
