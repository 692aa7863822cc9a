#include "drivers/common/endpoint.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <string>
#include <vector>

#include "harness/base/address_range.h"

namespace tidemark {
namespace {

Endpoint at(const std::string& text) {
  Endpoint endpoint;
  endpoint.text = text;
  if (text.find(':') == std::string::npos) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(endpoint.address);
    v4.sin_family = AF_INET;
    EXPECT_EQ(::inet_pton(AF_INET, text.c_str(), &v4.sin_addr), 1) << text;
    endpoint.size = sizeof v4;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(endpoint.address);
    v6.sin6_family = AF_INET6;
    EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr), 1) << text;
    endpoint.size = sizeof v6;
  }
  return endpoint;
}

TargetPolicy allowing(const std::vector<std::string>& ranges) {
  TargetPolicy policy;
  for (const std::string& range : ranges)
    policy.allowed.push_back(*parse_address_range(range));
  return policy;
}

// "" if a name with these addresses may be loaded.
std::string refusal(const std::vector<std::string>& addresses,
                    const std::vector<std::string>& ranges) {
  std::vector<Endpoint> endpoints;
  for (const std::string& address : addresses) endpoints.push_back(at(address));
  const Status status =
      check_endpoints("shop.example", endpoints, allowing(ranges));
  if (status) return "";
  EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
  return status.error().message;
}

TEST(EndpointPolicy, LoopbackNeedsNobodysLeave) {
  EXPECT_EQ(refusal({"127.0.0.1", "127.3.4.5", "::1"}, {}), "");
  EXPECT_FALSE(at("::ffff:127.0.0.1").is_foreign());
}

TEST(EndpointPolicy, ANameIsRefusedForOneOfItsAddresses) {
  EXPECT_EQ(refusal({"127.0.0.1", "192.0.2.7"}, {}),
            "target refused: `shop.example` is 192.0.2.7, not a loopback "
            "address");
  EXPECT_EQ(refusal({"192.0.2.7", "127.0.0.1", "198.51.100.1"},
                    {"192.0.2.0/24", "203.0.113.0/24"}),
            "target refused: `shop.example` is 198.51.100.1, neither a "
            "loopback address nor in 192.0.2.0/24 or 203.0.113.0/24");
  EXPECT_EQ(refusal({"192.0.2.7", "2001:db8::1"}, {"192.0.2.0/24"}),
            "target refused: `shop.example` is 2001:db8::1, neither a "
            "loopback address nor in 192.0.2.0/24");
}

TEST(EndpointPolicy, ANameIsAllowedForAllOfItsAddresses) {
  EXPECT_EQ(refusal({"192.0.2.7", "192.0.2.9", "::1", "2001:db8::1"},
                    {"192.0.2.0/24", "2001:db8::/32"}),
            "");
}

TEST(EndpointPolicy, SomeAddressesNoRangeAllows) {
  TargetPolicy wide;
  wide.allowed = {{false, {}, 0, "0.0.0.0/0"}, {true, {}, 0, "::/0"}};
  for (const char* address :
       {"169.254.169.254", "255.255.255.255", "224.0.0.1", "0.0.0.0", "ff02::1",
        "fe80::1", "::ffff:192.0.2.7", "::", "100.100.100.200"}) {
    const std::vector<Endpoint> endpoints = {at(address)};
    const Status status = check_endpoints("h", endpoints, wide);
    ASSERT_FALSE(status) << address;
    EXPECT_EQ(status.error().hint, "no option allows to load those");
  }
}

TEST(EndpointPolicy, AnAddressInDigitsIsCheckedLikeAName) {
  LoadUrl url{"http", "192.0.2.7", 80, "/"};
  EXPECT_FALSE(find_endpoints(url, {}));
  const Result<std::vector<Endpoint>> found =
      find_endpoints(url, allowing({"192.0.2.7/32"}));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_TRUE(found->front().is_foreign());
  EXPECT_EQ(found->front().text, "192.0.2.7");
}

}  // namespace
}  // namespace tidemark
