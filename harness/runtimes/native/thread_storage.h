// Where each thread's thread-local storage is: glibc's layout on x86-64.
//
//      stack ↓ …        static storage of modules      struct pthread
//   ┌───────────────────┬──────┬──────┬──────────────┬─────────────────┐
//   │ deepest … first   │ …    │ no 2 │ no 1         │ self dtv self … │
//   └───────────────────┴──────┴──────┴──────────────┴─────────────────┘
//   mapping's beginning  storage.from         thread pointer   storage.to
//
// For the main thread it is the same without a stack. dtv is an array of 16
// bytes per module, the first word being the address of the thread's storage
// for it: in here, or a block of its own for a library loaded later.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/runtimes/native/copied_memory.h"

namespace tidemark {

struct ThreadStorage {
  pid_t tid = 0;
  std::uint64_t thread_pointer = 0;
  MemoryRange range;
  MemoryRange table;  // the dtv
  // By module number − 1; 0 where the thread has none (yet).
  std::vector<std::uint64_t> modules;

  bool operator==(const ThreadStorage&) const = default;
};

// Empty if there is no thread's storage there.
std::optional<ThreadStorage> thread_storage_at(const CopiedMemory& memory,
                                               std::uint64_t thread_pointer);

// The storages in a range of memory, by address. `tid` is 0 where the thread
// has ended: glibc keeps stacks for later threads.
std::vector<ThreadStorage> find_thread_storages(const CopiedMemory& memory,
                                                MemoryRange in);

// In pthread_t: the first 32 thread-specific keys, 16 bytes each, the value
// being the second word.
inline constexpr std::uint64_t kKeysAt = 0x310;
inline constexpr std::uint64_t kKeys = 32;

}  // namespace tidemark
