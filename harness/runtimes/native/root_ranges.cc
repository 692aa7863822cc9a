#include "harness/runtimes/native/root_ranges.h"

#include <algorithm>
#include <optional>

#include "harness/runtimes/native/allocator_modules.h"
#include "tidemark/agent_protocol.h"

namespace tidemark {
namespace {

// Leaf functions use so much below the stack pointer (System V ABI).
constexpr std::uint64_t kRedZone = 128;

// Shared memory is read whole: which of it was touched is not known. A cache
// or a data base of gigabytes holds no pointers into one process's heap.
constexpr std::uint64_t kMaxShared = 64 << 20;

std::uint64_t word_below(std::uint64_t address) {
  return address & ~std::uint64_t{7};
}

bool is_agents_memfd(const Mapping& mapping) {
  return mapping.name.starts_with(std::string("/memfd:") + agent::kMemfdName);
}

class Finder {
 public:
  explicit Finder(const RootSources& sources) : from_(sources) {
    for (const MemoryRange& range : sources.agent) take(range);
    for (const Mapping& mapping : sources.map)
      if (is_agents_memfd(mapping)) take(mapping.range);
  }

  std::vector<RootRange> find() {
    add_modules();
    for (const ThreadPosition& thread : from_.threads) add_thread(thread);
    leave_out_ended_threads();
    for (const Mapping& mapping : from_.map)
      if (mapping.writable && mapping.name != "[heap]") add_mapping(mapping);
    std::sort(roots_.begin(), roots_.end(),
              [](const RootRange& a, const RootRange& b) {
                return a.kind != b.kind ? a.kind < b.kind : a.from < b.from;
              });
    return std::move(roots_);
  }

 private:
  // Adds what nobody has taken yet.
  void add(MemoryRange range, RootKind kind, pid_t thread) {
    range = {(range.from + 7) & ~std::uint64_t{7}, word_below(range.to)};
    for (const MemoryRange& part : without(range, taken_))
      roots_.push_back(
          {part.from, part.to, kind, static_cast<std::uint32_t>(thread)});
    take(range);
  }

  void take(MemoryRange range) { unite(range, taken_); }

  void add_modules() {
    for (const LoadedModule& module : from_.modules) {
      bool agents = is_agent(module);
      RootKind kind = is_allocators_own(module.path) ? RootKind::kAllocator
                                                     : RootKind::kGlobal;
      for (MemoryRange segment : module.writable)
        for (const Mapping& mapping : from_.map) {
          // The loader uses the rest of its last page before there is malloc.
          segment.to = agent::page_up(segment.to);
          MemoryRange part = common(segment, mapping.range);
          if (!mapping.writable || mapping.shared || part.from == part.to)
            continue;
          if (agents)
            take(part);
          else
            add(part, kind, 0);
        }
    }
  }

  // Its command page is mapped over a variable of its own.
  bool is_agent(const LoadedModule& module) const {
    for (const Mapping& mapping : from_.map)
      if (is_agents_memfd(mapping) && module.range.contains(mapping.range.from))
        return true;
    return false;
  }

  const ThreadStorage* storage_of(pid_t tid) const {
    for (const ThreadStorage& storage : from_.storages)
      if (storage.tid == tid) return &storage;
    return nullptr;
  }

  // The memory that a thread was given for its stack, but for its storage.
  MemoryRange own_stack(const ThreadPosition& thread) const {
    if (thread.tid == from_.pid) {
      for (const Mapping& mapping : from_.map)
        if (mapping.name == "[stack]") return mapping.range;
      return {};
    }
    const ThreadStorage* storage = storage_of(thread.tid);
    if (!storage) return {};
    const Mapping* mapping = mapping_at(from_.map, storage->range.from);
    if (!mapping) return {};
    // One that the service has given it may be joined with its neighbours.
    MemoryRange whole =
        block_around(storage->range.from).value_or(mapping->range);
    return {std::max(whole.from, mapping->range.from), storage->range.from};
  }

  // The block of the allocator's, or the mapping of the service's, that a
  // thread uses as its stack: a fiber's.
  std::optional<MemoryRange> block_around(std::uint64_t address) const {
    auto after = std::upper_bound(
        from_.heap.begin(), from_.heap.end(), address,
        [](std::uint64_t a, const LiveBlock& b) { return a < b.address; });
    if (after != from_.heap.begin()) {
      const LiveBlock& block = *std::prev(after);
      if (address - block.address < block.bytes)
        return MemoryRange{block.address, block.address + block.bytes};
    }
    for (const MemoryRange& mapped : from_.mapped)
      if (mapped.contains(address)) return mapped;
    return std::nullopt;
  }

  // Of modules that were loaded later: blocks that the loader has allocated.
  // Those of a module that is gone are not, although they are in the table.
  void add_loaded_variables(const ThreadStorage& storage) {
    std::size_t count =
        std::min(storage.modules.size(), from_.thread_local_order.size());
    for (std::size_t i = 0; i < count; ++i) {
      std::uint64_t at = storage.modules[i];
      std::uint64_t bytes =
          from_.modules[from_.thread_local_order[i]].thread_local_bytes;
      std::optional<MemoryRange> block = block_around(at);
      if (!block || storage.range.contains(at)) continue;
      add(common({at, at + bytes}, *block), RootKind::kThreadLocal,
          storage.tid);
    }
  }

  void add_thread(const ThreadPosition& thread) {
    MemoryRange own = own_stack(thread);
    const ThreadStorage* storage = storage_of(thread.tid);
    if (thread.tid == from_.agent_tid) {
      take(own);
      if (storage) take(storage->range);
      return;
    }
    if (storage) {
      add(storage->range, RootKind::kThreadLocal, thread.tid);
      add_loaded_variables(*storage);
      // But for the main thread's it is a block that the descriptor holds.
      if (!block_around(storage->table.from))
        add(storage->table, RootKind::kThreadLocal, thread.tid);
    }
    if (!thread.stack_pointer)  // it runs: anywhere in there
      return add(own, RootKind::kStack, thread.tid);
    std::uint64_t top_of_use = *thread.stack_pointer - kRedZone;
    if (own.contains(*thread.stack_pointer)) {
      add({std::max(own.from, top_of_use), own.to}, RootKind::kStack,
          thread.tid);
      take(own);
      return;
    }
    // On a stack that is not its own; where it left its own is unknown.
    add(own, RootKind::kStack, thread.tid);
    const Mapping* mapping = mapping_at(from_.map, *thread.stack_pointer);
    if (!mapping) return;
    MemoryRange stack =
        block_around(*thread.stack_pointer).value_or(mapping->range);
    if (storage && stack.contains(storage->range.from))
      stack.to = storage->range.from;
    add({std::max(stack.from, top_of_use), stack.to}, RootKind::kStack,
        thread.tid);
    take({stack.from, std::max(stack.from, top_of_use)});
  }

  // Their stacks are full of what they once had.
  void leave_out_ended_threads() {
    for (const ThreadStorage& storage : from_.storages) {
      bool alive = std::any_of(
          from_.threads.begin(), from_.threads.end(),
          [&](const ThreadPosition& t) { return t.tid == storage.tid; });
      const Mapping* mapping = mapping_at(from_.map, storage.range.from);
      if (alive || !mapping) continue;
      // One that the service has given it may be joined with its neighbours.
      const MemoryRange whole =
          block_around(storage.range.from).value_or(mapping->range);
      take({std::max(whole.from, mapping->range.from), storage.range.to});
    }
  }

  void add_mapping(const Mapping& mapping) {
    std::uint64_t bytes = mapping.range.to - mapping.range.from;
    if (mapping.shared && bytes > kMaxShared) return;
    // The kernel joins neighbours: the service's own may be a part of it.
    for (const MemoryRange& mapped : from_.mapped) {
      MemoryRange part = common(mapped, mapping.range);
      // Most do not meet: there may be thousands of both.
      if (part.from == part.to || holds_heap_block(from_.heap, part)) continue;
      for (const MemoryRange& own : without(part, from_.allocator))
        add(own, RootKind::kMapping, 0);
    }
    if (holds_heap_block(from_.heap, mapping.range)) return;
    bool loaders = std::any_of(
        from_.storages.begin(), from_.storages.end(),
        [&](const ThreadStorage& s) {
          return s.tid == from_.pid && mapping.range.contains(s.thread_pointer);
        });
    for (const MemoryRange& part : without(mapping.range, from_.allocator))
      add(part, loaders ? RootKind::kAllocator : RootKind::kMapping, 0);
  }

  const RootSources& from_;
  std::vector<MemoryRange> taken_;
  std::vector<RootRange> roots_;
};

}  // namespace

std::vector<RootRange> root_ranges(const RootSources& sources) {
  return Finder(sources).find();
}

bool is_allocators_own(std::string_view module_path) {
  std::string_view name = module_path.substr(module_path.rfind('/') + 1);
  return is_allocator_module(module_path) || name.starts_with("ld-linux") ||
         name.starts_with("ld-2") || name.starts_with("ld.so");
}

}  // namespace tidemark
