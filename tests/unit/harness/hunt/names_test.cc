#include "harness/hunt/names.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(HuntNames, AServiceIsCalledAsItsProgram) {
  EXPECT_EQ(service_name({"/usr/bin/redis-server", "--port"}), "redis-server");
  EXPECT_EQ(service_name({"./my server (new)"}), "my-server-new");
  EXPECT_EQ(service_name({".."}), "service");
  EXPECT_EQ(service_name({}), "service");
}

TEST(HuntNames, AFindingIsCalledByItsWay) {
  std::set<std::string> taken;
  HuntFinding finding;
  finding.ways = {"reset"};
  EXPECT_EQ(finding_name("chat", finding, taken), "chat-reset");
  EXPECT_EQ(finding_name("chat", finding, taken), "chat-reset-2");
  finding.ways = {"graceful"};
  EXPECT_EQ(finding_name("chat", finding, taken), "chat-connection");
  finding.ways = {"reset", "fin"};
  EXPECT_EQ(finding_name("chat", finding, taken), "chat-several");
  finding.kind = HuntKind::kDeath;
  EXPECT_EQ(finding_name("chat", finding, taken), "chat-reset-death");
}

TEST(HuntNames, GrowthWithTimeIsNoWays) {
  std::set<std::string> taken;
  HuntFinding finding;
  finding.ways = {"graceful"};
  finding.finding.kind = FindingClass::kTimeGrowth;
  EXPECT_EQ(finding_name("chat", finding, taken), "chat-time");
}

}  // namespace
}  // namespace tidemark
