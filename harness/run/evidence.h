// Gathers what the verdict is made from, cycle by cycle.
#pragma once

#include <map>
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

  // From the next cycle on, zoomed sites appear beside their groups.
  void note_zoom();

  CycleIndex baseline() const { return baseline_; }
  const std::vector<CycleFacts>& cycles() const { return cycles_; }

  // Rings of the warm-up's snapshots, for deciding when it is over.
  const std::vector<std::vector<Ring>>& warmup_rings() const { return warmup_; }

  // Whether something that was born after the baseline is left in young
  // rings only: it may be released yet. A site with survivors in the oldest
  // measured loaded ring is past that.
  bool may_be_lingering(const HeapSnapshot& heap) const;

  Evidence finish(const Expectations& expect,
                  const std::vector<KernelSample>& kernel, bool has_heap,
                  std::optional<double> peak) const;

 private:
  void add_readings(CycleIndex after, const HeapSnapshot& heap);

  bool has_baseline_ = false;
  CycleIndex baseline_;
  CycleIndex zoomed_from_;
  std::vector<CycleFacts> cycles_;
  std::vector<std::vector<Ring>> warmup_;
  std::optional<HeapSnapshot> last_;
  std::map<SiteId, SiteEvidence> sites_;
  std::vector<LingerReading> linger_;
};

}  // namespace tidemark
