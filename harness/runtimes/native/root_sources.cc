#include "harness/runtimes/native/root_sources.h"

#include <algorithm>

namespace tidemark {
namespace {

// A heap of glibc's for a thread starts on a multiple of 64 MiB with a
// description of itself. One without a live block is still the allocator's.
bool is_arena(const CopiedMemory& memory, const Mapping& mapping) {
  constexpr std::uint64_t kArena = 64 << 20;
  struct HeapInfo {
    std::uint64_t arena, previous, bytes, writable_bytes;
  };
  if (mapping.range.from % kArena != 0) return false;
  std::optional<HeapInfo> info = memory.value<HeapInfo>(mapping.range.from);
  return info && info->arena != 0 && info->bytes != 0 &&
         info->bytes <= info->writable_bytes &&
         info->writable_bytes <= kArena &&
         info->writable_bytes == mapping.range.to - mapping.range.from;
}

class StorageFinder {
 public:
  StorageFinder(const CopiedMemory& memory, RootSources& sources)
      : memory_(memory), sources_(sources) {}

  // The agent has seen most threads allocate.
  void from_slots(const std::vector<RawThread>& slots) {
    for (const RawThread& slot : slots) {
      if (!is_thread(static_cast<pid_t>(slot.tid))) continue;
      std::optional<ThreadStorage> storage =
          thread_storage_at(memory_, slot.thread_pointer);
      if (!storage) continue;
      // A fork by a bare system call leaves the parent's number in there.
      storage->tid = static_cast<pid_t>(slot.tid);
      keep(std::move(*storage));
    }
  }

  // The others have theirs above what they use of their stacks.
  void from_stacks() {
    constexpr std::uint64_t kLargestStack = 64 << 20;
    for (const ThreadPosition& thread : sources_.threads) {
      if (!thread.stack_pointer || is_known(thread.tid)) continue;
      const Mapping* mapping = mapping_at(memory_.map(), *thread.stack_pointer);
      if (!mapping || mapping->name == "[stack]") continue;
      std::uint64_t end =
          std::min(mapping->range.to, *thread.stack_pointer + kLargestStack);
      for (ThreadStorage& storage :
           find_thread_storages(memory_, {*thread.stack_pointer, end}))
        if (storage.tid == thread.tid) keep(std::move(storage));
    }
  }

  // Stacks without a thread, and threads on a stack of another.
  void from_mapping(const Mapping& mapping) {
    for (ThreadStorage& storage : find_thread_storages(memory_, mapping.range))
      keep(std::move(storage));
  }

 private:
  bool is_thread(pid_t tid) const {
    return std::any_of(sources_.threads.begin(), sources_.threads.end(),
                       [&](const ThreadPosition& t) { return t.tid == tid; });
  }
  bool is_known(pid_t tid) const {
    return std::any_of(sources_.storages.begin(), sources_.storages.end(),
                       [&](const ThreadStorage& s) { return s.tid == tid; });
  }
  void keep(ThreadStorage storage) {
    for (const ThreadStorage& known : sources_.storages)
      if (known.thread_pointer == storage.thread_pointer) return;
    sources_.storages.push_back(std::move(storage));
  }

  const CopiedMemory& memory_;
  RootSources& sources_;
};

}  // namespace

RootSources root_sources(pid_t service, const CopiedMemory& memory,
                         const SegmentReader& segment,
                         std::vector<ThreadPosition> threads,
                         const BlockTable& table) {
  RootSources sources;
  sources.pid = service;
  sources.agent_tid = static_cast<pid_t>(segment.header().agent_tid.load());
  sources.map = memory.map();
  sources.modules = loaded_modules(memory);
  sources.thread_local_order = thread_local_order(memory, sources.modules);
  sources.threads = std::move(threads);
  sources.heap = table.heap;
  for (const LiveBlock& block : table.mapped)
    sources.mapped.push_back(range_of(block));
  sources.mapped = united(std::move(sources.mapped));
  sources.allocator = table.allocator;
  std::vector<RawThread> slots = segment.threads();
  constexpr std::uint64_t kMaxUnwindState = 64 << 20;
  std::uint64_t state_bytes =
      std::min(segment.header().unwind_state_bytes, kMaxUnwindState);
  for (const RawThread& slot : slots)
    if (slot.unwind_state != 0 && slot.unwind_state < ~kMaxUnwindState)
      sources.agent.push_back(
          {slot.unwind_state, slot.unwind_state + state_bytes});
  StorageFinder storages(memory, sources);
  storages.from_slots(slots);
  storages.from_stacks();
  for (const Mapping& mapping : memory.map()) {
    if (!mapping.anonymous() || !mapping.writable || mapping.name == "[heap]" ||
        mapping.name == "[stack]" ||
        holds_heap_block(sources.heap, mapping.range))
      continue;
    if (is_arena(memory, mapping))
      sources.allocator.push_back(mapping.range);
    else
      storages.from_mapping(mapping);
  }
  sources.allocator = united(std::move(sources.allocator));
  return sources;
}

}  // namespace tidemark
