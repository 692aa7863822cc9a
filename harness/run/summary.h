// Small sums for the record.
#pragma once

#include <optional>

#include "tidemark/probe.h"
#include "tidemark/run_record.h"

namespace tidemark {

void add_counts(LoadCounts& into, const LoadCounts& more);

// Who has the service's memory at this moment.
MemorySplit split_memory(const HeapSnapshot& heap,
                         const std::optional<KernelSample>& kernel,
                         HeapProbe& probe);

// The sites with the most live bytes.
std::vector<LastHeld> largest_holders(const HeapSnapshot& heap,
                                      std::size_t at_most);

// Puts a site's frames into the record unless they are there.
void describe_once(RunRecord& record, SiteId site, HeapProbe& probe);

}  // namespace tidemark
