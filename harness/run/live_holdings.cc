#include "harness/run/live_holdings.h"

#include "harness/run/retainers.h"
#include "harness/run/summary.h"

namespace tidemark {

Result<RunRecord> live_holdings(const std::vector<pid_t>& processes,
                                HeapProbe& probe) {
  RunRecord record;
  record.service.pid = processes.empty() ? 0 : processes.front();
  Result<HeapDescription> about = probe.attach(processes);
  TIDEMARK_TRY(about);
  record.service.allocator = about->allocator;
  record.service.invisible = about->invisible;
  Result<HeapSnapshot> heap = probe.snapshot();
  TIDEMARK_TRY(heap);
  record.heap_counters = heap->counters;
  Result<std::optional<Retainers>> found =
      find_retainers({}, {}, *heap, probe, kFreezeTimeout);
  TIDEMARK_TRY(found);
  const bool known = *found && (*found)->all;
  note_holdings(record, *heap, known ? &*(*found)->all : nullptr, probe);
  note_ever_allocated(record, probe);
  record.partial = false;
  return record;
}

}  // namespace tidemark
