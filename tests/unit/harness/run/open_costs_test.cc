#include "harness/run/open_costs.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

OpenMemory three_sites() {
  OpenMemory memory;
  memory.connections = Count{10};
  memory.bytes = Bytes{10'000};
  memory.sites = {{7, Bytes{9'000}, Count{10}, 0, {}},
                  {8, Bytes{500}, Count{5}, 0, {}},
                  {9, Bytes{499}, Count{1}, 0, {}}};
  return memory;
}

TEST(OpenCosts, TheBudgetIsPerConnectionAndMayBeUsedUp) {
  Expectations expect;
  EXPECT_FALSE(costs_too_much(three_sites(), expect));
  expect.peak_per_connection = Bytes{1'000};
  EXPECT_FALSE(costs_too_much(three_sites(), expect));
  expect.peak_per_connection = Bytes{999};
  EXPECT_TRUE(costs_too_much(three_sites(), expect));
}

TEST(OpenCosts, ATwentiethDeservesAStack) {
  EXPECT_EQ(large_sites(three_sites()),
            (std::vector<SiteId>{SiteId{7}, SiteId{8}}));
}

TEST(OpenCosts, TheFindingCountsEverySite) {
  const Finding open = open_as_finding(three_sites());
  EXPECT_EQ(open.sites, (std::vector<SiteId>{SiteId{7}, SiteId{8}, SiteId{9}}));
  EXPECT_EQ(open.objects, Count{16});
}

}  // namespace
}  // namespace tidemark
