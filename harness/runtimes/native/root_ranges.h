// Which memory of a process may hold pointers that keep blocks, other than
// blocks themselves. Pure.
#pragma once

#include <sys/types.h>

#include <span>
#include <string_view>
#include <vector>

#include "harness/runtimes/native/block_table.h"
#include "harness/runtimes/native/loaded_modules.h"
#include "harness/runtimes/native/memory_map.h"
#include "harness/runtimes/native/thread_position.h"
#include "harness/runtimes/native/thread_storage.h"
#include "tidemark/retention.h"

namespace tidemark {

// What is known of a process that stands still.
struct RootSources {
  pid_t pid = 0;        // of the service's process
  pid_t agent_tid = 0;  // the agent's thread, 0 if none
  std::vector<Mapping> map;
  std::vector<LoadedModule> modules;
  // Indices into `modules`: the place of each in ThreadStorage::modules.
  std::vector<std::size_t> thread_local_order;
  std::vector<ThreadPosition> threads;
  // Of threads, and of stacks that are kept for later ones (tid 0).
  std::vector<ThreadStorage> storages;
  std::span<const LiveBlock> heap;     // the allocator's blocks, sorted
  std::vector<MemoryRange> mapped;     // by mmap, by the service; united
  std::vector<MemoryRange> allocator;  // by its allocator, for blocks; united
  std::vector<MemoryRange> agent;      // the agent's own memory
};

// By kind, strongest first, then by address; no two overlap. Registers are
// left out: they have no address. Never memory that the allocator manages:
// what it has freed still holds old pointers.
//
// A mapping of the service's is a root (kMapping) although it is a block as
// well: who maps memory may know its address in a way that is not seen.
std::vector<RootRange> root_ranges(const RootSources& sources);

// Whether a module's data are the allocator's and the loader's own: libc,
// ld.so, a malloc library.
bool is_allocators_own(std::string_view module_path);

}  // namespace tidemark
