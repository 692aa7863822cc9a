#include "harness/runtimes/native/account_sources.h"

#include <fmt/format.h>

#include <utility>

#include "harness/base/text_file.h"
#include "harness/runtimes/native/root_sources.h"
#include "tidemark/agent_protocol.h"

namespace tidemark {
namespace {

bool is_agents(const LoadedModule& module, const std::vector<Mapping>& map) {
  // Its command page is mapped over a variable of its own.
  for (const Mapping& mapping : map)
    if (mapping.name.starts_with(std::string("/memfd:") + agent::kMemfdName) &&
        module.range.contains(mapping.range.from))
      return true;
  return false;
}

class Owners {
 public:
  explicit Owners(const RootSources& sources) : from_(sources) {}

  // The agent's first, then what is surest.
  std::vector<OwnedRange> find(
      const BlockTable& table,
      const std::function<std::string(SiteId)>& module_of) {
    for (const MemoryRange& range : from_.agent) add(range, Owner::kAgent);
    for (const LoadedModule& module : from_.modules)
      if (is_agents(module, from_.map)) add(module.range, Owner::kAgent);
    for (const ThreadStorage& storage : from_.storages) add_thread(storage);
    for (const LoadedModule& module : from_.modules)
      for (const MemoryRange& range : module.writable)
        add(range, Owner::kModule, module.path);
    for (const MemoryRange& range : from_.allocator)
      add(range, Owner::kAllocator);
    for (const MemoryRange& range : table.agent)
      if (!holds_heap_block(table.heap, range)) add(range, Owner::kAgent);
    for (const LiveBlock& block : table.mapped)
      if (!holds_heap_block(table.heap, range_of(block)))
        add(range_of(block), Owner::kMapping, module_of(block.site));
    return std::move(owners_);
  }

 private:
  void add(MemoryRange range, Owner owner, std::string name = {}) {
    owners_.push_back({range, owner, std::move(name)});
  }

  // glibc gives a thread one mapping, with its storage at the end; what lies
  // behind that is another's. The loader gives the main thread a small one,
  // and has the rest of it to itself.
  void add_thread(const ThreadStorage& storage) {
    constexpr std::uint64_t kLoaders = 256 << 10;
    const bool agents = storage.tid != 0 && storage.tid == from_.agent_tid;
    const Owner owner = agents ? Owner::kAgent : Owner::kStack;
    const Mapping* mapping = mapping_at(from_.map, storage.range.from);
    // Not so a stack that the service took from its heap.
    if (!mapping || !mapping->name.empty() ||
        holds_heap_block(from_.heap, {mapping->range.from, storage.range.to}))
      return add(storage.range, owner);
    const MemoryRange& whole = mapping->range;
    const bool loaders = !agents && whole.to - whole.from <= kLoaders &&
                         !holds_heap_block(from_.heap, whole);
    add({whole.from, loaders ? whole.to : storage.range.to}, owner);
  }

  const RootSources& from_;
  std::vector<OwnedRange> owners_;
};

}  // namespace

Status add_process_account(pid_t pid, const SegmentReader& segment,
                           const BlockTable& table, SizeClasses sizes,
                           const std::function<std::string(SiteId)>& module_of,
                           AccountSum& sum) {
  Result<std::string> smaps = read_file(fmt::format("/proc/{}/smaps", pid));
  TIDEMARK_TRY(smaps);
  ProcessMemory process;
  process.mapped = parse_smaps(*smaps);
  std::vector<Mapping> map;
  for (const MappedMemory& mapped : process.mapped)
    map.push_back(mapped.mapping);
  CopiedMemory memory(pid, std::move(map));
  RootSources sources =
      root_sources(pid, memory, segment, thread_positions(pid), table);
  process.owners = Owners(sources).find(table, module_of);
  process.resident = [&](MemoryRange range) { return memory.touched(range); };
  process.blocks = table.heap;
  process.sizes = std::move(sizes);
  sum.add(process);
  return {};
}

}  // namespace tidemark
