// The heap of a process of a native service while a copy of it stands still.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/runtimes/native/frozen_process.h"
#include "harness/runtimes/native/root_sources.h"
#include "harness/runtimes/native/symbolise.h"
#include "tidemark/retention.h"

namespace tidemark {

// A mapping of the service's, in words: "memory mapped by Pool::grow".
struct MappedName {
  MemoryRange range;
  std::string name;

  bool operator==(const MappedName&) const = default;
};

struct FrozenParts {
  pid_t service = 0;
  std::unique_ptr<FrozenProcess> process;
  BlockTable blocks;                    // of the moment of the copy
  std::vector<ThreadPosition> threads;  // the same
  std::vector<MappedName> mapped;       // by address
};

// kEnvironment: the copy's memory may not be read. `segment` is needed until
// this returns only.
Result<std::unique_ptr<FrozenHeap>> make_frozen_heap(
    FrozenParts parts, const SegmentReader& segment,
    std::shared_ptr<Symboliser> symboliser);

}  // namespace tidemark
