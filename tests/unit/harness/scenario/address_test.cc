#include "harness/scenario/address.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/scenario/words.h"

namespace tidemark {
namespace {

std::string refusal(std::string_view url) {
  const Result<LoadAddress> address = parse_load_address(url, test_words());
  if (address) return "accepted";
  EXPECT_EQ(address.error().kind, ErrorKind::kUsage);
  return address.error().message;
}

LoadAddress taken_apart(std::string_view url) {
  const Result<LoadAddress> address = parse_load_address(url, test_words());
  if (!address) ADD_FAILURE() << address.error().message;
  return address ? *address : LoadAddress{};
}

TEST(Address, LoopbackUrlsAreTakenApart) {
  EXPECT_EQ(taken_apart("ws://127.0.0.1:9001/feed?x=1"),
            (LoadAddress{"ws",
                         Engine::kWebSocket,
                         false,
                         {"127.0.0.1", 9001},
                         "",
                         "/feed?x=1"}));
  EXPECT_EQ(
      taken_apart("wss://[::1]:65535"),
      (LoadAddress{"wss", Engine::kWebSocket, true, {"::1", 65535}, "", ""}));
  EXPECT_EQ(
      taken_apart("https://localhost:1/"),
      (LoadAddress{"https", Engine::kHttp, true, {"localhost", 1}, "", "/"}));
  EXPECT_EQ(taken_apart("rediss://127.0.0.1:1/3"),
            (LoadAddress{
                "rediss", Engine::kRedis, true, {"127.0.0.1", 1}, "", "/3"}));
  EXPECT_EQ(taken_apart("tls://127.0.0.1:1"),
            (LoadAddress{"tls", Engine::kTcp, true, {"127.0.0.1", 1}, "", ""}));
  EXPECT_EQ(parse_endpoint("127.1.2.3:80"), (ServerAddress{"127.1.2.3", 80}));
}

TEST(Address, AUnixSocketIsThisMachine) {
  EXPECT_EQ(
      taken_apart("ws+unix:/run/chat.sock:/path?x=1"),
      (LoadAddress{
          "ws", Engine::kWebSocket, false, {}, "/run/chat.sock", "/path?x=1"}));
  EXPECT_EQ(
      taken_apart("redis+unix:/run/r.sock"),
      (LoadAddress{"redis", Engine::kRedis, false, {}, "/run/r.sock", ""}));
  EXPECT_EQ(
      taken_apart("https+unix:///run/h.sock:/a"),
      (LoadAddress{"https", Engine::kHttp, true, {}, "/run/h.sock", "/a"}));
}

TEST(Address, AUnixSocketIsAnAbsolutePathThatFitsItsAddress) {
  EXPECT_EQ(refusal("ws+unix:run/chat.sock"),
            "wanted ws+unix:/SOCKET:/PATH, found `ws+unix:run/chat.sock` "
            "without the absolute path of a socket");
  EXPECT_EQ(refusal("tcp+unix://run/chat.sock"),
            "wanted tcp+unix:/SOCKET, found `tcp+unix://run/chat.sock` "
            "without the absolute path of a socket");
  EXPECT_EQ(refusal("ws+unix:/run/chat.sock:path"),
            "wanted ws+unix:/SOCKET:/PATH, found "
            "`ws+unix:/run/chat.sock:path` with something else than a path "
            "after the socket");
  EXPECT_EQ(refusal("ws+unix:"),
            "wanted ws+unix:/SOCKET:/PATH, found `ws+unix:` without the "
            "absolute path of a socket");
  const std::string longest = "/" + std::string(106, 'a');
  EXPECT_EQ(taken_apart("tcp+unix:" + longest).socket_path, longest);
  EXPECT_EQ(refusal("tcp+unix:" + longest + "a"),
            "wanted the path of a socket of at most 107 bytes, found `/" +
                std::string(59, 'a') + "…` of 108 bytes");
}

TEST(Address, WhatAProtocolHasNoPathForIsRefused) {
  EXPECT_EQ(refusal("tcp://127.0.0.1:1/a"),
            "wanted tcp://HOST:PORT, found `tcp://127.0.0.1:1/a` with a path");
  EXPECT_EQ(refusal("redis://127.0.0.1:1/a"),
            "wanted redis://HOST:PORT/DATABASE, found `redis://127.0.0.1:1/a` "
            "with a path that is not the number of a database");
  EXPECT_EQ(taken_apart("tcp://127.0.0.1:1/").resource, "/");
}

TEST(Address, APasswordInAUrlIsRefusedWithAWayOut) {
  const Result<LoadAddress> address =
      parse_load_address("redis://u:p@127.0.0.1:1", test_words());
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().hint, "use the keys `username` and `password`");
}

TEST(Address, AnUnknownSchemeNamesTheKnownOnes) {
  const auto hint = [](std::string_view url) {
    return parse_load_address(url, test_words()).error().hint;
  };
  EXPECT_EQ(refusal("ftp://127.0.0.1:1/"),
            "wanted a URL such as ws://127.0.0.1:PORT/, found "
            "`ftp://127.0.0.1:1/`");
  EXPECT_EQ(hint("gopher://127.0.0.1:1/"),
            "the schemes are ws, wss, http, https, redis, rediss, tcp and tls");
  EXPECT_EQ(hint("redsi://127.0.0.1:1/"), "did you mean `redis`?");
  EXPECT_EQ(hint("127.0.0.1:1"),
            "the schemes are ws, wss, http, https, redis, rediss, tcp and tls");
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
    EXPECT_FALSE(parse_load_address(url, test_words())) << url;
  }
}

TEST(Address, WithLeaveOtherMachinesCanBeNamed) {
  const auto host = [](const char* url) {
    return parse_load_address(url, test_words(), Hosts::kAny)->server.host;
  };
  EXPECT_EQ(host("ws://192.0.2.7:9001/"), "192.0.2.7");
  EXPECT_EQ(host("ws://shop.example:9001/"), "shop.example");
  EXPECT_EQ(host("ws://a-1.b2:9001/"), "a-1.b2");
  EXPECT_EQ(host("ws://[2001:db8::7]:9001/"), "2001:db8::7");
  EXPECT_EQ(host("ws://127.0.0.1:9001/"), "127.0.0.1");
}

// Who resolves it may read another host than the person who wrote it.
TEST(Address, WithLeaveAHostStillHasOnePlainForm) {
  for (const char* host :
       {"10.1", "0x0a000001", "167772161", "010.0.0.1", "10.0.0.256",
        "1.2.3.4.5", "shop.example.", ".example", "a..b", "-a.example",
        "a-.example", "shop_1.example", "sh%6fp.example", "shop.0x7f",
        "[fe80::1%lo]", "[192.0.2.7]", "[shop.example]x", "*", ""}) {
    const Result<LoadAddress> address = parse_load_address(
        fmt::format("ws://{}:9001/", host), test_words(), Hosts::kAny);
    EXPECT_FALSE(address) << host;
  }
  EXPECT_EQ(
      parse_load_address("ws://10.1:80/", test_words(), Hosts::kAny).error(),
      (Error{ErrorKind::kUsage,
             "target refused: `10.1` is neither a name nor an address "
             "in its plain form",
             "write shop.example, 192.0.2.7 or [2001:db8::7]"}));
  EXPECT_FALSE(parse_endpoint(std::string(64, 'a') + ":1", Hosts::kAny));
  EXPECT_TRUE(parse_endpoint(std::string(63, 'a') + ":1", Hosts::kAny));
}

TEST(Address, AllOfTheLoopbackNetIsThisMachine) {
  for (const char* host :
       {"127.0.0.1", "127.255.255.255", "127.0.0.0", "::1", "localhost"})
    EXPECT_TRUE(is_loopback_host(host)) << host;
}

TEST(Address, AUrlOfAnotherShapeIsRefused) {
  EXPECT_EQ(refusal("ws:127.0.0.1:1/"),
            "wanted ws://HOST:PORT/PATH, found `ws:127.0.0.1:1/`");
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
            "wanted ws://HOST:PORT/PATH, found a user name in it");
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
