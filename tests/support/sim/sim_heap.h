// The heap of a service that exists only as counts: blocks by site and cycle
// of birth, seen through the same interface as a real one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <vector>

#include "tidemark/probe.h"

namespace tidemark {

using SimRandom = std::mt19937_64;

class SimHeap final : public HeapProbe {
 public:
  using Place = std::size_t;  // a place in the service that allocates

  // Blocks of one size asked for by one caller. Places of one caller are one
  // group to the harness.
  Place place(Bytes size, std::uint32_t caller);

  // Born in the current cycle.
  void born(Place place, std::int64_t count);
  // As many as there are, at most `count`; how many it were.
  std::int64_t free_oldest(Place place, std::int64_t count);
  std::int64_t free_born_in(Place place, std::uint32_t cycle,
                            std::int64_t count);
  void free_all(Place place);
  // Blocks that come and go between two looks: no ring shows them.
  void churned(std::int64_t blocks, Bytes size);

  std::int64_t level(Place place) const { return places_[place].level; }
  std::uint32_t now() const { return now_.value; }
  // Of the callers from this one on; whether there are any; of one caller.
  std::int64_t live_objects(std::uint32_t from) const;
  bool has_callers(std::uint32_t from) const;
  std::int64_t live_at(std::uint32_t caller) const;

  // Called before anybody looks: time has passed.
  std::function<void()> catch_up = [] {};
  // Called before a snapshot, after catch_up: what is in flight just then.
  std::function<void()> on_snapshot = [] {};

  Result<HeapDescription> attach(const std::vector<pid_t>&) override;
  Status begin_cycle(CycleIndex cycle) override;
  Result<HeapCounters> counters() override;
  Result<PurgeRecord> purge(Duration) override;
  Result<HeapSnapshot> snapshot() override;
  Result<MemoryAccount> account() override;
  Status zoom(const std::vector<SiteId>& sites) override;
  SiteRecord describe(SiteId site) override;
  Result<std::vector<std::unique_ptr<FrozenHeap>>> freeze(Duration) override;

 private:
  struct Blocks {
    Bytes size;
    std::uint32_t caller = 0;
    std::uint32_t zoomed_from = 0;  // cycle; 0: not zoomed
    std::int64_t level = 0;
    std::map<std::uint32_t, std::int64_t> alive;  // by cycle of birth
  };

  bool is_zoomed(const Blocks& blocks, std::uint32_t born) const {
    return blocks.zoomed_from > 0 && born >= blocks.zoomed_from;
  }

  CycleIndex now_;
  HeapCounters counters_;
  std::vector<Blocks> places_;
};

}  // namespace tidemark
