#include "harness/hunt/address.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

HuntAddress parsed(std::string_view text) {
  const Result<HuntAddress> address = parse_hunt_address(text);
  EXPECT_TRUE(address) << text;
  return address ? *address : HuntAddress{};
}

TEST(HuntAddressTest, AUrlIsTakenApart) {
  EXPECT_EQ(parsed("ws://127.0.0.1:80/chat?x=1"),
            (HuntAddress{"ws", "127.0.0.1:80", false, "/chat?x=1"}));
  EXPECT_EQ(parsed("tcp://[::1]:7"),
            (HuntAddress{"tcp", "[::1]:7", false, ""}));
  EXPECT_EQ(parsed("redis+unix:/run/r.sock:/1"),
            (HuntAddress{"redis", "/run/r.sock", true, "/1"}));
}

TEST(HuntAddressTest, APlaceAloneIsOnLoopback) {
  EXPECT_EQ(parsed("8080"), (HuntAddress{"", "127.0.0.1:8080", false, ""}));
  EXPECT_EQ(parsed(":8080/ws"),
            (HuntAddress{"", "127.0.0.1:8080", false, "/ws"}));
  EXPECT_EQ(parsed("localhost:1"), (HuntAddress{"", "localhost:1", false, ""}));
  EXPECT_EQ(parsed("unix:/run/a.sock"),
            (HuntAddress{"", "/run/a.sock", true, ""}));
}

TEST(HuntAddressTest, ThePortMayBeLeftToTidemark) {
  for (const char* text : {"{port}", ":{port}", "127.0.0.1:{port}",
                           "127.0.0.1:{{port}}", "127.0.0.1:{{ port }}"})
    EXPECT_EQ(parsed(text),
              (HuntAddress{"", "127.0.0.1:{{ port }}", false, ""}));
}

TEST(HuntAddressTest, WhatIsNoPlaceIsRefused) {
  for (const char* text :
       {"", "host", "host:", ":x", "://1:2", "unix:a", "ws+unix:", "ws://:"})
    EXPECT_FALSE(parse_hunt_address(text)) << text;
}

TEST(HuntAddressTest, AUrlIsPutTogetherAgain) {
  EXPECT_EQ(url_of(parsed(":{port}"), "ws", "/"), "ws://127.0.0.1:{{ port }}/");
  EXPECT_EQ(url_of(parsed("unix:/a.sock"), "http", "/x"),
            "http+unix:/a.sock:/x");
  EXPECT_EQ(url_of(parsed("unix:/a.sock"), "tcp", ""), "tcp+unix:/a.sock");
}

TEST(HuntAddressTest, OnlyThePortIsFilledIntoACommand) {
  EXPECT_EQ(scenario_word("--port={port}"), "--port={{ port }}");
  EXPECT_EQ(scenario_word("{{port}},{port}"), "{{ port }},{{ port }}");
  EXPECT_EQ(scenario_word("a{b}"), "a{b}");
}

}  // namespace
}  // namespace tidemark
