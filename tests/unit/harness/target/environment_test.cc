#include "harness/target/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using testing::ElementsAre;

TEST(Environment, EntriesAreCutAtTheFirstEqualsSign) {
  const char* entries[] = {"A=1", "OPTIONS=x=y", "EMPTY=", "odd", nullptr};
  const Environment expected = {{"A", "1"}, {"OPTIONS", "x=y"}, {"EMPTY", ""}};
  EXPECT_EQ(parse_environment(entries), expected);
  EXPECT_EQ(parse_environment(nullptr), Environment{});
}

TEST(ServiceEnvironment, ChangesWinOverWhatIsInherited) {
  EXPECT_THAT(service_environment({{"A", "1"}, {"B", "2"}},
                                  {{"B", "3"}, {"C", ""}}, {}),
              ElementsAre("A=1", "B=3", "C="));
}

TEST(ServiceEnvironment, PreloadStandsInFrontOfAnInheritedOne) {
  EXPECT_THAT(service_environment({{"LD_PRELOAD", "/lib/own.so"}}, {},
                                  {"/agent.so", "/jemalloc.so"}),
              ElementsAre("LD_PRELOAD=/agent.so:/jemalloc.so:/lib/own.so"));
  EXPECT_THAT(
      service_environment({}, {{"LD_PRELOAD", "/changed.so"}}, {"/agent.so"}),
      ElementsAre("LD_PRELOAD=/agent.so:/changed.so"));
  EXPECT_THAT(service_environment({}, {}, {"/agent.so"}),
              ElementsAre("LD_PRELOAD=/agent.so"));
}

}  // namespace
}  // namespace tidemark
