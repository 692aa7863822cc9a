#include "harness/run/processes.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

HeapSnapshot two_heaps() {
  HeapSnapshot heap;
  heap.processes = {
      {10, {3}, {300}, {{CycleIndex{0}, {200}}, {CycleIndex{5}, {100}}}},
      {11, {1}, {50}, {{CycleIndex{4}, {20}}, {CycleIndex{6}, {30}}}}};
  return heap;
}

TEST(Processes, WhatWasBornAfterTheBaselineIsResidue) {
  const std::vector<ServiceProcess> table =
      process_table({{10, "chat --port 1", {1000}}, {11, "worker", {2000}}},
                    two_heaps(), CycleIndex{4});
  ASSERT_EQ(table.size(), 2u);
  EXPECT_EQ(table[0],
            (ServiceProcess{10, "chat --port 1", {3}, {300}, {100}, {1000}}));
  EXPECT_EQ(table[1], (ServiceProcess{11, "worker", {1}, {50}, {30}, {2000}}));
}

TEST(Processes, AHeapOutlivesItsProcess) {
  const std::vector<ServiceProcess> table =
      process_table({{11, "worker", {2000}}}, two_heaps(), CycleIndex{4});
  ASSERT_EQ(table.size(), 2u);
  EXPECT_EQ(table[0].pid, 11);
  EXPECT_EQ(table[1], (ServiceProcess{10, "", {3}, {300}, {100}, {}}));
}

TEST(Processes, WithoutAnAgentTheKernelsViewIsAll) {
  EXPECT_EQ(process_table({{10, "chat", {1000}}}, std::nullopt, CycleIndex{0}),
            (std::vector<ServiceProcess>{{10, "chat", {}, {}, {}, {1000}}}));
}

}  // namespace
}  // namespace tidemark
