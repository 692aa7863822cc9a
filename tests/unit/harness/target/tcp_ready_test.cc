#include "harness/target/tcp_ready.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(TcpAddress, HostAndPortAreCutAtTheLastColon) {
  EXPECT_EQ(parse_tcp_address("localhost:80").value().host, "localhost");
  EXPECT_EQ(parse_tcp_address("localhost:80").value().port, "80");
  EXPECT_EQ(parse_tcp_address("[::1]:8080").value().host, "::1");
  EXPECT_EQ(parse_tcp_address("[::1]:8080").value().port, "8080");
}

TEST(TcpAddress, WhatIsNoAddressIsRefused) {
  for (const char* text : {"", ":", "host", "host:", ":80", "host:http",
                           "host:65536", "host:999999999999", "host:-1"}) {
    const Result<TcpAddress> address = parse_tcp_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(address.error().message,
              std::string("'") + text + "' is not an address to connect to");
    EXPECT_EQ(address.error().hint,
              "write HOST:PORT, for instance 127.0.0.1:8080");
  }
}

}  // namespace
}  // namespace tidemark
