// Several flows as one load, with drivers that only count.
#include "drivers/common/flows_driver.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

class CountingDriver final : public Driver {
 public:
  CountingDriver(int& alive, bool fails) : alive_(alive), fails_(fails) {
    ++alive_;
  }
  ~CountingDriver() override { --alive_; }
  Status open(const WayCounts& plan) override {
    for (const auto& [way, count] : plan) counts_.attempted += count;
    if (fails_) return fail(ErrorKind::kEnvironment, "no descriptor");
    return {};
  }
  Status exercise() override { return {}; }
  Status close() override { return {}; }
  Count open_now() const override { return {1}; }
  LoadCounts take_counts() override { return std::exchange(counts_, {}); }
  LoadTimes take_times() override {
    LoadTimes times;
    times.reply.record(std::chrono::milliseconds(fails_ ? 2 : 1));
    times.playing = std::chrono::milliseconds(fails_ ? 9 : 5);
    return times;
  }

 private:
  int& alive_;
  bool fails_;
  LoadCounts counts_;
};

std::unique_ptr<Driver> two(int& alive, bool second_fails) {
  std::vector<std::unique_ptr<Driver>> flows;
  flows.push_back(std::make_unique<CountingDriver>(alive, false));
  flows.push_back(std::make_unique<CountingDriver>(alive, second_fails));
  return make_flows_driver(std::move(flows));
}

TEST(FlowsDriver, CountsAreAddedUp) {
  int alive = 0;
  const std::unique_ptr<Driver> driver = two(alive, false);
  ASSERT_TRUE(driver->open({{"a/fin", {3}}}));
  EXPECT_EQ(driver->open_now(), Count{2});
  EXPECT_EQ(driver->take_counts().attempted, Count{6});
}

TEST(FlowsDriver, TimesAreOfAllFlowsAndPlayingOfTheLongest) {
  int alive = 0;
  const LoadTimes times = two(alive, true)->take_times();
  EXPECT_EQ(times.reply.count(), 2U);
  EXPECT_EQ(times.reply.min(), std::chrono::milliseconds(1));
  EXPECT_EQ(times.reply.max(), std::chrono::milliseconds(2));
  EXPECT_EQ(times.playing, std::chrono::milliseconds(9));
}

TEST(FlowsDriver, WhenOneFailsTheOthersHoldNoSocketEither) {
  int alive = 0;
  const std::unique_ptr<Driver> driver = two(alive, true);
  const Status opened = driver->open({{"a/fin", {3}}});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "no descriptor");
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(driver->take_counts().attempted, Count{6});
  EXPECT_FALSE(driver->exercise());
}

}  // namespace
}  // namespace tidemark
