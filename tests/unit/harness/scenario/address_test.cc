#include "harness/scenario/address.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

std::string refusal(std::string_view url) {
  const Result<ServerAddress> address = parse_ws_url(url);
  if (address) return "accepted";
  EXPECT_EQ(address.error().kind, ErrorKind::kUsage);
  return address.error().message;
}

TEST(Address, LoopbackUrlsAreTakenApart) {
  EXPECT_EQ(parse_ws_url("ws://127.0.0.1:9001/feed?x=1"),
            (ServerAddress{"127.0.0.1", 9001, "/feed?x=1"}));
  EXPECT_EQ(parse_ws_url("ws://[::1]:65535"),
            (ServerAddress{"::1", 65535, "/"}));
  EXPECT_EQ(parse_ws_url("ws://localhost:1/"),
            (ServerAddress{"localhost", 1, "/"}));
  EXPECT_EQ(parse_endpoint("127.1.2.3:80"),
            (ServerAddress{"127.1.2.3", 80, ""}));
}

TEST(Address, AnotherMachineIsRefused) {
  EXPECT_EQ(refusal("ws://10.0.0.5:9001/"),
            "target refused: `10.0.0.5` is not a loopback address");
  EXPECT_EQ(refusal("ws://example.com:9001/"),
            "target refused: `example.com` is not a loopback address");
}

// Each of these reaches loopback in some parser and another host in the next.
TEST(Address, WhatOnlyLooksLikeLoopbackIsRefused) {
  for (const char* host : {"0.0.0.0",          "127.1",
                           "127.0.0.1.",       "0177.0.0.1",
                           "127.0.0.01",       "127.0.0.256",
                           "2130706433",       "127.0.0.1.example.com",
                           "0x7f.0.0.1",       "localhost.",
                           "LOCALHOST.evil",   "128.0.0.1",
                           "127..0.1",         "127.0.0.-1",
                           "127.0.0.1 ",       "",
                           "127.0.0",          "::",
                           "::ffff:127.0.0.1", "126.0.0.1"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
  for (const char* url :
       {"ws://127.0.0.1@evil.com:1/", "ws://evil.com:1/127.0.0.1",
        "ws://evil.com:1#@127.0.0.1:1/", "ws://evil.com\\@127.0.0.1:1/",
        "ws://[::1]evil.com:1/", "ws://[::ffff:127.0.0.1]:1/",
        "ws://[127.0.0.1:1/", "ws://127.0.0.1:1@evil.com/"}) {
    EXPECT_FALSE(parse_ws_url(url)) << url;
  }
}

TEST(Address, AllOfTheLoopbackNetIsThisMachine) {
  for (const char* host :
       {"127.0.0.1", "127.255.255.255", "127.0.0.0", "::1", "localhost"})
    EXPECT_TRUE(is_loopback_host(host)) << host;
}

TEST(Address, AUrlOfAnotherShapeIsRefused) {
  EXPECT_EQ(refusal("http://127.0.0.1:1/"),
            "wanted ws://HOST:PORT/PATH, found `http://127.0.0.1:1/`");
  EXPECT_EQ(refusal("wss://127.0.0.1:1/"),
            "wanted ws://HOST:PORT/PATH, found `wss://127.0.0.1:1/`: "
            "TLS is not built yet");
  EXPECT_EQ(refusal("ws://127.0.0.1/"),
            "wanted HOST:PORT, found `127.0.0.1` without a port");
  EXPECT_EQ(refusal("ws://:9001/"),
            "wanted HOST:PORT, found `:9001` without a host");
  EXPECT_EQ(refusal("ws://::1:9001/"),
            "wanted HOST:PORT, found `::1:9001`, which needs [ ] around its "
            "host");
  EXPECT_EQ(refusal("ws://127.0.0.1:1?x"),
            "wanted ws://HOST:PORT/PATH, found `ws://127.0.0.1:1?x` without "
            "a path");
  EXPECT_EQ(refusal("ws://127.0.0.1:1/#x"),
            "wanted ws://HOST:PORT/PATH, found `ws://127.0.0.1:1/#x` with a "
            "fragment");
  EXPECT_EQ(refusal("ws://me@127.0.0.1:1/"),
            "wanted ws://HOST:PORT/PATH, found `ws://me@127.0.0.1:1/` with a "
            "user name");
  EXPECT_EQ(refusal("ws://127.0.0.1:1/a b"),
            "wanted ws://HOST:PORT/PATH, found `ws://127.0.0.1:1/a b`, which "
            "has a character no URL may have");
}

TEST(Address, APortIsANumberFrom1To65535) {
  for (const char* port :
       {"0", "65536", "99999999999", "x", "-1", "+1", "01", "1x", "", " 1"}) {
    EXPECT_FALSE(parse_endpoint(std::string("127.0.0.1:") + port)) << port;
  }
  EXPECT_EQ(refusal("ws://127.0.0.1:70000/"),
            "wanted a port from 1 to 65535, found `70000`");
}

}  // namespace
}  // namespace tidemark
