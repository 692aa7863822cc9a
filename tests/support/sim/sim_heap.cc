#include "tests/support/sim/sim_heap.h"

#include <algorithm>

namespace tidemark {
namespace {

// Place i is site 2i + 1 until it is zoomed and site 2i + 2 from then on.
SiteId site_of(std::size_t place, bool zoomed) {
  return static_cast<SiteId>(2 * place + (zoomed ? 2 : 1));
}

}  // namespace

SimHeap::Place SimHeap::place(Bytes size, std::uint32_t caller) {
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (places_[i].caller == caller && places_[i].size == size) return i;
  Blocks blocks;
  blocks.size = size;
  blocks.caller = caller;
  // Whoever was zoomed is so for every size.
  for (const Blocks& other : places_)
    if (other.caller == caller && other.zoomed_from > 0)
      blocks.zoomed_from = other.zoomed_from;
  places_.push_back(std::move(blocks));
  return places_.size() - 1;
}

void SimHeap::born(Place place, std::int64_t count) {
  if (count <= 0) return;
  places_[place].alive[now_.value] += count;
  places_[place].level += count;
  churned(count, places_[place].size);
  counters_.frees -= Count{count};
}

void SimHeap::churned(std::int64_t blocks, Bytes size) {
  counters_.allocations += Count{blocks};
  counters_.frees += Count{blocks};
  counters_.allocated += Bytes{blocks * size.value};
}

std::int64_t SimHeap::free_born_in(Place place, std::uint32_t cycle,
                                   std::int64_t count) {
  Blocks& blocks = places_[place];
  const auto ring = blocks.alive.find(cycle);
  if (ring == blocks.alive.end()) return 0;
  const std::int64_t freed = std::min(count, ring->second);
  ring->second -= freed;
  blocks.level -= freed;
  counters_.frees += Count{freed};
  if (ring->second == 0) blocks.alive.erase(ring);
  return freed;
}

std::int64_t SimHeap::free_oldest(Place place, std::int64_t count) {
  std::int64_t freed = 0;
  while (freed < count && !places_[place].alive.empty())
    freed +=
        free_born_in(place, places_[place].alive.begin()->first, count - freed);
  return freed;
}

void SimHeap::free_all(Place place) {
  free_oldest(place, places_[place].level);
}

std::int64_t SimHeap::live_objects(std::uint32_t from) const {
  std::int64_t sum = 0;
  for (const Blocks& blocks : places_)
    if (blocks.caller >= from) sum += blocks.level;
  return sum;
}

bool SimHeap::has_callers(std::uint32_t from) const {
  return std::any_of(
      places_.begin(), places_.end(),
      [from](const Blocks& blocks) { return blocks.caller >= from; });
}

std::int64_t SimHeap::live_at(std::uint32_t caller) const {
  std::int64_t sum = 0;
  for (const Blocks& blocks : places_)
    if (blocks.caller == caller) sum += blocks.level;
  return sum;
}

Result<HeapDescription> SimHeap::attach(const std::vector<pid_t>&) {
  return HeapDescription{"glibc", {}, {}, {}};
}

Status SimHeap::begin_cycle(CycleIndex cycle) {
  catch_up();
  now_ = cycle;
  return {};
}

Result<HeapCounters> SimHeap::counters() {
  catch_up();
  return counters_;
}

Result<PurgeRecord> SimHeap::purge(Duration) {
  return PurgeRecord{now_, "none", {}, {}, {}};
}

Result<HeapSnapshot> SimHeap::snapshot() {
  catch_up();
  on_snapshot();
  HeapSnapshot heap;
  heap.taken_in = now_;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Blocks& blocks = places_[i];
    for (const bool zoomed : {false, true}) {
      bool any = false;
      const SiteId site = site_of(i, zoomed);
      for (const auto& [born, objects] : blocks.alive) {
        if (is_zoomed(blocks, born) != zoomed) continue;
        any = true;
        heap.rings.push_back(
            {site, {born}, {objects}, {objects * blocks.size.value}});
        heap.live_objects += Count{objects};
        heap.live_bytes += Bytes{objects * blocks.size.value};
      }
      if (!any) continue;
      SiteBrief brief;
      brief.id = site;
      brief.size = blocks.size;
      brief.zoomed = zoomed;
      brief.group = blocks.caller;
      if (zoomed) {
        brief.stack = blocks.caller;
        brief.prefixes.assign(std::size(kPrefixFrames), blocks.caller);
      }
      heap.sites.push_back(brief);
    }
  }
  heap.counters = counters_;
  return heap;
}

Result<MemoryAccount> SimHeap::account() {
  MemoryAccount account;
  account.cycle = now_;
  return account;
}

Status SimHeap::zoom(const std::vector<SiteId>& sites) {
  for (const SiteId site : sites) {
    Blocks& blocks = places_[(site - 1) / 2];
    if (blocks.zoomed_from == 0) blocks.zoomed_from = now_.value + 1;
  }
  return {};
}

SiteRecord SimHeap::describe(SiteId site) {
  SiteRecord record;
  record.id = site;
  const std::uint32_t caller = places_[(site - 1) / 2].caller;
  record.frames.push_back(
      {"place_" + std::to_string(caller), "service.cc", caller, "service"});
  return record;
}

Result<std::vector<std::unique_ptr<FrozenHeap>>> SimHeap::freeze(Duration) {
  return std::vector<std::unique_ptr<FrozenHeap>>();
}

}  // namespace tidemark
