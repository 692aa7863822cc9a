// Who holds what stayed: asked once, at the end, of copies of the service's
// processes that stand still.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tidemark/probe.h"
#include "tidemark/run_record.h"
#include "tidemark/verdict.h"

namespace tidemark {

struct Retainers {
  std::optional<Retention> all;        // of everything that is live
  std::vector<Retention> of_findings;  // one for each finding
};

// Blocks from one caller are alike, whatever their size and the way there: of
// a site's caller, one site. The function needs the snapshot no more.
std::function<SiteId(SiteId)> alike_by_caller(const HeapSnapshot& heap);

// Whether the finding is about blocks that somebody may hold.
bool has_holders(const Finding& finding);

// Blocks of a finding are those of its sites born after `baseline`, or at any
// time if they pin pages of the allocator's. `heap` is the last snapshot: what
// it calls one caller is one kind of holder. nullopt: the runtime has no such
// means. kEnvironment: no copy, it cannot be read, or it ended meanwhile.
Result<std::optional<Retainers>> find_retainers(
    const std::vector<Finding>& findings, CycleIndex baseline,
    const HeapSnapshot& heap, HeapProbe& probe, Duration timeout);

// Puts into the record who holds all (nobody was asked: null) and who
// allocated most of it, and describes the sites.
void note_holdings(RunRecord& record, const HeapSnapshot& heap,
                   const Retention* all, HeapProbe& probe);

// Describes the sites that an answer names.
void describe_holders(RunRecord& record, const Retention& retention,
                      HeapProbe& probe);

// A service that does not answer the request for a copy of itself within this
// time is taken for stuck.
inline constexpr Duration kFreezeTimeout = std::chrono::seconds(30);

}  // namespace tidemark
