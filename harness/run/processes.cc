#include "harness/run/processes.h"

#include <algorithm>

namespace tidemark {
namespace {

void add_heap(const ProcessHeap& heap, CycleIndex baseline,
              ServiceProcess& process) {
  process.live_objects = heap.live_objects;
  process.live_bytes = heap.live_bytes;
  for (const auto& [born, bytes] : heap.born)
    if (born > baseline) process.residue += bytes;
}

}  // namespace

std::vector<ServiceProcess> process_table(
    const std::vector<ProcessFacts>& living,
    const std::optional<HeapSnapshot>& heap, CycleIndex baseline) {
  std::vector<ServiceProcess> table;
  for (const ProcessFacts& facts : living)
    table.push_back({facts.pid, facts.command, {}, {}, {}, facts.pss});
  if (!heap) return table;
  for (const ProcessHeap& one : heap->processes) {
    auto known =
        std::find_if(table.begin(), table.end(),
                     [&](const ServiceProcess& p) { return p.pid == one.pid; });
    if (known == table.end()) {
      table.push_back({one.pid, {}, {}, {}, {}, {}});
      known = std::prev(table.end());
    }
    add_heap(one, baseline, *known);
  }
  return table;
}

}  // namespace tidemark
