// The ELF files that are loaded in a process, as its own memory shows them:
// a file that was replaced or deleted meanwhile does not matter.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/runtimes/native/copied_memory.h"
#include "harness/runtimes/native/program_headers.h"

namespace tidemark {

struct LoadedModule {
  std::string path;
  MemoryRange range;                  // from its first segment to its last
  std::uint64_t bias = 0;             // address − bias = ELF virtual address
  std::vector<MemoryRange> writable;  // .data and .bss, as they are mapped
  MemoryRange dynamic;                // empty: none
  std::uint64_t thread_local_bytes = 0;  // of each thread's storage for it

  bool operator==(const LoadedModule&) const = default;
};

// By address.
std::vector<LoadedModule> loaded_modules(const CopiedMemory& memory);

// The one whose memory contains the address, or null.
const LoadedModule* module_at(const std::vector<LoadedModule>& modules,
                              std::uint64_t address);

// Indices into `modules` of those with thread-local storage, in the order in
// which the loader numbered them, as far as its list of modules tells: the
// one at place i is number i + 1 in every thread's table. A module that was
// unloaded shifts those loaded after it.
std::vector<std::size_t> thread_local_order(
    const CopiedMemory& memory, const std::vector<LoadedModule>& modules);

}  // namespace tidemark
