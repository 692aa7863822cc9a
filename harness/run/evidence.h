// Gathers what the verdict is made from, cycle by cycle.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "tidemark/verdict.h"

namespace tidemark {

class EvidenceBuilder {
 public:
  // Every snapshot, warm-up included, in the order they were taken.
  void add_cycle(const CycleFacts& facts, const HeapSnapshot* heap);

  // The cycle just added was the last of the warm-up.
  void set_baseline();

  void add_linger(Duration waited, const HeapSnapshot& heap);

  // There will be more cycles: what was seen is no longer after the last.
  void forget_linger();

  // From the next cycle on, sites with whole stacks appear beside these.
  void note_zoom(const std::vector<SiteId>& sites);

  CycleIndex baseline() const { return baseline_; }
  const std::vector<CycleFacts>& cycles() const { return cycles_; }

  // Rings of the warm-up's snapshots, for deciding when it is over.
  const std::vector<std::vector<Ring>>& warmup_rings() const { return warmup_; }

  // Whether something that was born after the baseline is left in young
  // rings only, or mostly: it may be released yet.
  bool may_be_lingering(const HeapSnapshot& heap) const;

  Evidence finish(const Expectations& expect,
                  const std::vector<KernelSample>& kernel, bool has_heap,
                  std::optional<double> peak) const;

 private:
  void add_readings(CycleIndex after, const HeapSnapshot& heap);

  bool has_baseline_ = false;
  CycleIndex baseline_;
  // Since when the blocks of a caller and size have whole stacks.
  std::map<std::pair<SiteId, Bytes>, CycleIndex> zoomed_since_;
  std::vector<CycleFacts> cycles_;
  std::vector<std::vector<Ring>> warmup_;
  std::optional<HeapSnapshot> last_;
  std::map<SiteId, SiteEvidence> sites_;
  std::set<SiteId> moving_;  // groups with blocks of a cycle
  std::vector<LingerReading> linger_;
};

}  // namespace tidemark
