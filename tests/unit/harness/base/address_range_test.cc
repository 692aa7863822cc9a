#include "harness/base/address_range.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidemark {
namespace {

std::vector<std::uint8_t> bytes(const std::string& text) {
  const bool v6 = text.find(':') != std::string::npos;
  std::vector<std::uint8_t> out(v6 ? 16 : 4);
  EXPECT_EQ(::inet_pton(v6 ? AF_INET6 : AF_INET, text.c_str(), out.data()), 1)
      << text;
  return out;
}

bool holds(const char* range, const char* address) {
  const Result<AddressRange> parsed = parse_address_range(range);
  EXPECT_TRUE(parsed) << range;
  return parsed && contains(*parsed, bytes(address));
}

std::string refusal(std::string_view range) {
  const Result<AddressRange> parsed = parse_address_range(range);
  EXPECT_FALSE(parsed) << range;
  return parsed ? "" : parsed.error().message + "; " + parsed.error().hint;
}

TEST(AddressRange, ARangeHoldsWhatSharesItsPrefix) {
  EXPECT_TRUE(holds("192.0.2.0/24", "192.0.2.0"));
  EXPECT_TRUE(holds("192.0.2.0/24", "192.0.2.255"));
  EXPECT_FALSE(holds("192.0.2.0/24", "192.0.3.0"));
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.1.2"));
  EXPECT_TRUE(holds("192.0.2.7/32", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7/32", "192.0.2.6"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("2001:db8:1::/48", "2001:db8:1:ffff::1"));
  EXPECT_FALSE(holds("2001:db8:1::/48", "2001:db8:2::1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "::ffff:10.0.0.1"));
}

TEST(AddressRange, WhatIsTooWideIsRefused) {
  EXPECT_EQ(refusal("0.0.0.0/0"),
            "the range `0.0.0.0/0` is refused: wanted /8 or narrower, found "
            "/0; name the machines that you own, and no others");
  for (const char* range :
       {"10.0.0.0/7", "::/0", "fc00::/7", "2000::/3", "fd00::/15"})
    EXPECT_NE(refusal(range).find("or narrower"), std::string::npos) << range;
}

TEST(AddressRange, WhatNobodyMayLoadIsRefused) {
  EXPECT_EQ(refusal("169.254.169.254/32"),
            "the range `169.254.169.254/32` is refused: it reaches into "
            "169.254.0.0/16: a link-local address (clouds' metadata); no "
            "option allows to load those");
  for (const char* range :
       {"0.0.0.0/8", "169.0.0.0/8", "169.254.0.0/16", "224.0.0.0/8",
        "239.1.2.3/32", "255.255.255.255/32", "240.0.0.0/8", "fe80::/16",
        "ff02::1/128", "::ffff:10.0.0.0/104", "64:ff9b::/96", "2002::/16",
        "2001::/16"})
    EXPECT_NE(refusal(range).find("reaches into"), std::string::npos) << range;
  EXPECT_NE(refusal("127.0.0.0/8").find("always allowed"), std::string::npos);
  EXPECT_NE(refusal("::1/128").find("always allowed"), std::string::npos);
}

TEST(AddressRange, AnotherFormIsRefused) {
  EXPECT_EQ(refusal("192.0.2.7/24"),
            "the range `192.0.2.7/24` is refused: it has bits behind its "
            "prefix; write 192.0.2.0/24, or /32 for the one address");
  EXPECT_EQ(refusal("192.0.2.7"),
            "the range `192.0.2.7` is refused: it has no prefix; write "
            "192.0.2.7/32 for the one address");
  using namespace std::string_view_literals;
  for (const std::string_view range : {""sv,
                                       "/"sv,
                                       "/24"sv,
                                       "example.com/24"sv,
                                       "192.0.2/24"sv,
                                       "192.0.2.0/"sv,
                                       "192.0.2.0/33"sv,
                                       "192.0.2.0/-1"sv,
                                       "192.0.2.0/+24"sv,
                                       "192.0.2.0/024"sv,
                                       "192.0.2.0/24 "sv,
                                       " 192.0.2.0/24"sv,
                                       "192.0.2.0/24/1"sv,
                                       "0300.0.2.0/24"sv,
                                       "192.0.2.0/255.255.255.0"sv,
                                       "[2001:db8::]/32"sv,
                                       "2001:db8::/129"sv,
                                       "fe80::1%lo/128"sv,
                                       "192.0.2.0\0/24"sv,
                                       "*"sv,
                                       "192.0.2.0/99999999999"sv})
    EXPECT_FALSE(parse_address_range(range)) << range;
  EXPECT_EQ(refusal("a\x1b[31m\n/8").substr(0, 25),
            "the range `a?[31m?/8` is ");
}

TEST(AddressRange, LoopbackIsKnownInAllItsForms) {
  for (const char* address :
       {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback(bytes(address))) << address;
  for (const char* address : {"128.0.0.1", "::", "::2", "1::1", "::127.0.0.1",
                              "::ffff:128.0.0.1", "::fffe:127.0.0.1"})
    EXPECT_FALSE(is_loopback(bytes(address))) << address;
}

TEST(AddressRange, SomeAddressesAreNeverLoaded) {
  for (const char* address :
       {"0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255",
        "100.100.100.200", "fd00:ec2::254", "::ffff:192.0.2.1", "ff02::1",
        "fe80::1", "64:ff9b::a00:1"})
    EXPECT_NE(why_never(bytes(address)), "") << address;
  for (const char* address :
       {"192.0.2.1", "10.0.0.1", "2001:db8::1", "fd00:ec2::253"})
    EXPECT_EQ(why_never(bytes(address)), "") << address;
}

}  // namespace
}  // namespace tidemark
