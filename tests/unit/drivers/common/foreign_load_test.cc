#include "drivers/common/foreign_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidemark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LoadSpec hunted(std::uint32_t connections, double rate) {
  LoadSpec flow;
  flow.connections = connections;
  flow.connect_rate = rate;
  return flow;
}

std::string hunt(const std::vector<LoadSpec>& flows, CycleSpec cycles = {}) {
  const Status status = check_foreign_hunt(flows, cycles);
  return status ? "" : status.error().message + "; " + status.error().hint;
}

LoadSpec stressed(StressSpec spec) {
  LoadSpec flow;
  flow.stress = std::move(spec);
  return flow;
}

StressSpec arrivals(double rate, std::uint32_t connections) {
  StressSpec spec;
  spec.rate = rate;
  spec.max_connections = connections;
  return spec;
}

StressSpec steady(std::uint32_t connections) {
  StressSpec spec;
  spec.executor = Executor::kConstantConnections;
  spec.connections = connections;
  return spec;
}

std::string stress(const std::vector<LoadSpec>& flows) {
  const Status status = check_foreign_stress(flows);
  return status ? "" : status.error().message + "; " + status.error().hint;
}

TEST(ForeignLoad, AHuntKeepsToTheCaps) {
  EXPECT_EQ(hunt({hunted(1000, 200)}), "");
  EXPECT_EQ(hunt({hunted(1001, 200)}),
            "target refused: off loopback a load is at most 1000 connections, "
            "200 new ones per second, 10 minutes; found 1001 connections; ask "
            "for fewer: connections, maxConnections, or the target of a "
            "stage, of all flows together");
  EXPECT_THAT(hunt({hunted(600, 10), hunted(600, 10)}),
              HasSubstr("found 1200 connections"));
  EXPECT_THAT(hunt({hunted(10, 150), hunted(10, 150)}),
              HasSubstr("found 300 per second"));
  EXPECT_THAT(hunt({hunted(10, 0)}),
              HasSubstr("found no connectRate; set connectRate: 200/s or"));
  CycleSpec cycles;
  cycles.max_duration = std::chrono::minutes(11);
  EXPECT_THAT(hunt({hunted(10, 10)}, cycles), HasSubstr("found 11 minutes"));
}

TEST(ForeignLoad, AStressRunKeepsToTheCaps) {
  EXPECT_EQ(stress({stressed(arrivals(200, 1000))}), "");
  EXPECT_THAT(stress({stressed(arrivals(201, 10))}),
              HasSubstr("found 201 per second"));
  EXPECT_THAT(stress({stressed(arrivals(10, 1001))}),
              HasSubstr("found 1001 connections"));
  EXPECT_THAT(stress({stressed(arrivals(10, 600)), stressed(steady(600))}),
              HasSubstr("found 1200 connections"));
  StressSpec ramp = arrivals(0, 10);
  ramp.executor = Executor::kRampingArrivalRate;
  ramp.stages = {{std::chrono::seconds(1), 500}, {std::chrono::seconds(1), 1}};
  EXPECT_THAT(stress({stressed(ramp)}), HasSubstr("found 500 per second"));
  StressSpec lasting = arrivals(1, 1);
  lasting.duration = std::chrono::minutes(10);
  EXPECT_THAT(stress({stressed(lasting)}), HasSubstr("lower duration"));
}

// Without arrivals there is no rate to refuse: the flow is given one.
TEST(ForeignLoad, FlowsWithoutArrivalsShareWhatIsLeft) {
  EXPECT_EQ(foreign_open_rate({stressed(steady(10))}), 200);
  EXPECT_EQ(foreign_open_rate({stressed(steady(10)), stressed(steady(10)),
                               stressed(arrivals(100, 10))}),
            50);
  EXPECT_THAT(stress({stressed(arrivals(200, 10)), stressed(steady(10))}),
              HasSubstr("found 201 per second"));
}

TEST(ForeignLoad, WhatNoWellMeaningClientDoesIsHostile) {
  LoadSpec flow;
  for (std::size_t i = 0; i < kCloseBehaviors; ++i) {
    WeightedClose close;
    close.behavior = static_cast<CloseBehavior>(i);
    close.provocation = "bad_utf8";
    flow.close = {close};
    const bool harmless = close.behavior == CloseBehavior::kGraceful ||
                          close.behavior == CloseBehavior::kFin ||
                          close.behavior == CloseBehavior::kCloseNoWait ||
                          close.behavior == CloseBehavior::kHalfClose;
    EXPECT_EQ(hostile_ways(flow).empty(), harmless) << i;
  }
  EXPECT_THAT(hostile_ways(flow), ElementsAre("bad_utf8"));
  EXPECT_THAT(hostile_ways(LoadSpec{}), IsEmpty());
}

}  // namespace
}  // namespace tidemark
