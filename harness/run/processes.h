// A service of several processes, each shown apart.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/run_record.h"

namespace tidemark {

// What is known of a process beside its heap.
struct ProcessFacts {
  pid_t pid = 0;
  std::string command;
  Bytes pss;

  bool operator==(const ProcessFacts&) const = default;
};

// One entry per process that lives, in this order, then those that have only
// a heap left. `heap`: nothing without an agent; what was born after
// `baseline` is residue.
std::vector<ServiceProcess> process_table(
    const std::vector<ProcessFacts>& living,
    const std::optional<HeapSnapshot>& heap, CycleIndex baseline);

}  // namespace tidemark
