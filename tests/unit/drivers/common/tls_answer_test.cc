#include "drivers/common/tls_answer.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

std::string alert(char number) {
  return describe_tls_answer(std::string("\x15\x03\x03\0\x02\x02", 6) + number);
}

TEST(TlsAnswer, AlertsHaveTheirNamesOrTheirNumber) {
  EXPECT_EQ(alert(0), "TLS alert close_notify");
  EXPECT_EQ(alert(40), "TLS alert handshake_failure");
  EXPECT_EQ(alert(48), "TLS alert unknown_ca");
  EXPECT_EQ(alert(70), "TLS alert protocol_version");
  EXPECT_EQ(alert(120), "TLS alert no_application_protocol");
  EXPECT_EQ(alert('\xfe'), "TLS alert 254");
}

TEST(TlsAnswer, WhatIsNoTlsSaysNothing) {
  EXPECT_EQ(describe_tls_answer(""), "");
  EXPECT_EQ(describe_tls_answer("HTTP/1.1 400 Bad Request"), "");
  EXPECT_EQ(describe_tls_answer("\x15\x03\x03"), "");
  EXPECT_EQ(describe_tls_answer("\x16\x03"), "TLS ServerHello");
}

}  // namespace
}  // namespace tidemark
