// The heap of a simulated service as a managed runtime would tell it: how much
// there is of each kind, and not when it was born.
#pragma once

#include "harness/runtimes/managed/levels.h"
#include "tests/support/sim/sim_heap.h"
#include "tidemark/probe.h"

namespace tidemark {

class LevelView final : public HeapProbe {
 public:
  explicit LevelView(SimHeap& heap) : heap_(heap) {}

  Result<HeapDescription> attach(const std::vector<pid_t>& all) override {
    return heap_.attach(all);
  }
  Status begin_cycle(CycleIndex cycle) override {
    levels_.begin_cycle(cycle);
    return heap_.begin_cycle(cycle);
  }
  Result<HeapCounters> counters() override { return heap_.counters(); }
  Result<PurgeRecord> purge(Duration timeout) override {
    return heap_.purge(timeout);
  }
  Result<HeapSnapshot> snapshot() override;
  Result<MemoryAccount> account() override { return heap_.account(); }
  // Stacks are there always, or never.
  Status zoom(const std::vector<SiteId>&) override { return {}; }
  SiteRecord describe(SiteId site) override { return heap_.describe(site); }
  Result<std::vector<std::unique_ptr<FrozenHeap>>> freeze(
      Duration timeout) override {
    return heap_.freeze(timeout);
  }

 private:
  SimHeap& heap_;
  LevelBook levels_;
};

}  // namespace tidemark
