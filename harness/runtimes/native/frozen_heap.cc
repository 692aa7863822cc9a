#include "harness/runtimes/native/frozen_heap.h"

#include <errno.h>
#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <unordered_map>

#include "harness/base/text_file.h"
#include "harness/runtimes/native/library.h"
#include "harness/runtimes/native/stack_frames.h"

namespace tidemark {
namespace {

// Registers have no address. As roots they get one that no memory of a user's
// has, so that they are read like the rest.
constexpr std::uint64_t kRegistersAt = 0xffff'8000'0000'0000;

Status may_be_read(const CopiedMemory& memory, pid_t service) {
  for (const Mapping& mapping : memory.map()) {
    if (!mapping.readable || mapping.name.starts_with("[v")) continue;
    errno = 0;
    if (memory.value<std::uint64_t>(mapping.range.from)) return {};
    if (errno != EPERM && errno != ESRCH) continue;
    break;
  }
  return fail(ErrorKind::kEnvironment,
              fmt::format("the copy of process {} cannot be read: {}", service,
                          strerror(errno)),
              "run tidemark as the user of the service, or as root");
}

std::string in_words(const DataSymbol& symbol) {
  if (symbol.file.empty()) return symbol.name;
  return fmt::format("{} ({})", symbol.name, symbol.file);
}

RootPart variable_at(std::uint64_t word, const DataSymbol& symbol,
                     const std::string& of) {
  return {in_words(symbol) + of, word - symbol.offset, word - symbol.before,
          word + symbol.behind};
}

RootPart word_alone(std::uint64_t word, std::string name) {
  return {std::move(name), word, word, word + 8};
}

class NativeFrozenHeap final : public FrozenHeap {
 public:
  NativeFrozenHeap(FrozenParts parts, CopiedMemory memory,
                   const SegmentReader& segment,
                   std::shared_ptr<Symboliser> symboliser)
      : service_(parts.service),
        process_(std::move(parts.process)),
        memory_(std::move(memory)),
        mapped_(std::move(parts.mapped)),
        symboliser_(std::move(symboliser)) {
    RootSources sources = root_sources(service_, memory_, segment,
                                       std::move(parts.threads), parts.blocks);
    for (const RootRange& root : root_ranges(sources)) add_touched(root);
    for (const ThreadPosition& thread : sources.threads)
      if (thread.tid != sources.agent_tid) add_registers(thread);
    // Registers come behind stacks.
    std::stable_sort(
        roots_.begin(), roots_.end(),
        [](const RootRange& a, const RootRange& b) { return a.kind < b.kind; });
    sources.heap = {};
    blocks_ = merged(std::move(parts.blocks.heap), parts.blocks.mapped);
    modules_ = std::move(sources.modules);
    numbered_ = std::move(sources.thread_local_order);
    threads_ = std::move(sources.threads);
    storages_ = std::move(sources.storages);
  }

  pid_t pid() const override { return service_; }
  std::span<const LiveBlock> blocks() const override { return blocks_; }
  std::span<const RootRange> roots() const override { return roots_; }
  std::size_t read(std::uint64_t address,
                   std::span<std::byte> into) const override;
  RootPart root_part(const RootRange& root, std::uint64_t word) const override;
  std::string class_of_vtable(std::uint64_t word) const override;
  Status intact() const override;

 private:
  void add_touched(const RootRange& root) {
    for (const MemoryRange& part : memory_.touched({root.from, root.to}))
      roots_.push_back({part.from, part.to, root.kind, root.thread});
  }

  void add_registers(const ThreadPosition& thread) {
    if (thread.arguments.empty()) return;
    std::uint64_t from = kRegistersAt + registers_.size() * 8;
    registers_.insert(registers_.end(), thread.arguments.begin(),
                      thread.arguments.end());
    roots_.push_back({from, kRegistersAt + registers_.size() * 8,
                      RootKind::kRegister,
                      static_cast<std::uint32_t>(thread.tid)});
  }

  CodeAddr place(std::uint64_t address) const;
  RootPart variable_part(std::uint64_t word) const;
  RootPart thread_local_part(const RootRange& root, std::uint64_t word) const;
  RootPart mapping_part(const RootRange& root, std::uint64_t word) const;
  std::string thread_name(std::uint32_t tid) const;
  std::string function_using(const RootRange& root, std::uint64_t word) const;
  std::string function_at(std::uint64_t return_address) const;

  pid_t service_;
  std::unique_ptr<FrozenProcess> process_;
  CopiedMemory memory_;
  std::vector<MappedName> mapped_;
  std::shared_ptr<Symboliser> symboliser_;
  std::vector<LiveBlock> blocks_;
  std::vector<RootRange> roots_;
  std::vector<std::uint64_t> registers_;
  std::vector<LoadedModule> modules_;
  std::vector<std::size_t> numbered_;  // thread_local_order()
  std::vector<ThreadPosition> threads_;
  std::vector<ThreadStorage> storages_;
  mutable std::unordered_map<std::uint64_t, std::string> classes_;
};

std::size_t NativeFrozenHeap::read(std::uint64_t address,
                                   std::span<std::byte> into) const {
  if (address < kRegistersAt) return memory_.read(address, into);
  std::uint64_t at = address - kRegistersAt;
  std::uint64_t bytes = registers_.size() * sizeof(std::uint64_t);
  if (at >= bytes) return 0;
  std::size_t got = std::min<std::size_t>(into.size(), bytes - at);
  memcpy(into.data(),
         reinterpret_cast<const std::byte*>(registers_.data()) + at, got);
  return got;
}

// Empty module: no file is there.
CodeAddr NativeFrozenHeap::place(std::uint64_t address) const {
  const LoadedModule* module = module_at(modules_, address);
  if (!module) return {"", address};
  return {module->path, address - module->bias};
}

RootPart NativeFrozenHeap::variable_part(std::uint64_t word) const {
  CodeAddr at = place(word);
  if (at.module.empty()) return word_alone(word, "the loader's memory");
  DataSymbol symbol = symboliser_->variable(at);
  if (!symbol.name.empty()) return variable_at(word, symbol, "");
  return word_alone(
      word, fmt::format("{}+0x{:x}", at.module.substr(at.module.rfind('/') + 1),
                        at.offset));
}

std::string NativeFrozenHeap::thread_name(std::uint32_t tid) const {
  for (const ThreadPosition& thread : threads_)
    if (static_cast<std::uint32_t>(thread.tid) == tid)
      return fmt::format("thread {} ({})", thread.name, tid);
  return fmt::format("thread {}", tid);
}

RootPart NativeFrozenHeap::thread_local_part(const RootRange& root,
                                             std::uint64_t word) const {
  std::string of = " of " + thread_name(root.thread);
  for (const ThreadStorage& storage : storages_) {
    if (static_cast<std::uint32_t>(storage.tid) != root.thread) continue;
    std::uint64_t key = word - storage.thread_pointer - kKeysAt;
    if (key < kKeys * 16)
      return word_alone(word,
                        fmt::format("thread-specific key {}{}", key / 16, of));
    for (std::size_t i = 0; i < numbered_.size(); ++i) {
      if (i >= storage.modules.size() || storage.modules[i] == 0) continue;
      const LoadedModule& module = modules_[numbered_[i]];
      std::uint64_t offset = word - storage.modules[i];
      if (offset >= module.thread_local_bytes) continue;
      DataSymbol symbol =
          symboliser_->thread_local_variable(module.path, offset);
      if (!symbol.name.empty()) return variable_at(word, symbol, of);
      return word_alone(
          word, fmt::format("thread-local {}+0x{:x}{}",
                            module.path.substr(module.path.rfind('/') + 1),
                            offset, of));
    }
  }
  return word_alone(word, "thread-local storage" + of);
}

std::string NativeFrozenHeap::function_at(std::uint64_t return_address) const {
  CodeAddr at = place(return_address);
  if (at.module.empty()) return "";
  // What was inlined says more than the function it is in, but for library
  // code.
  std::vector<Frame> frames = symboliser_->frames(at);
  if (frames.empty()) return "";
  auto own = std::find_if(frames.begin(), frames.end(),
                          [](const Frame& f) { return !f.library; });
  const Frame& frame = own == frames.end() ? frames.back() : *own;
  return std::string(qualified_name(frame.function));
}

std::string NativeFrozenHeap::function_using(const RootRange& root,
                                             std::uint64_t word) const {
  std::uint64_t found =
      return_address_below(memory_, modules_, root.from, word);
  if (found != 0) return function_at(found);
  // The innermost frame: the one that is blocked.
  for (const ThreadPosition& thread : threads_)
    if (static_cast<std::uint32_t>(thread.tid) == root.thread &&
        thread.stack_pointer)
      return function_at(thread.program_counter);
  return "";
}

// One name for all that a mapping of the service's has.
RootPart NativeFrozenHeap::mapping_part(const RootRange& root,
                                        std::uint64_t word) const {
  const auto part = [&](std::string name, const MemoryRange& of) {
    return RootPart{std::move(name), word, std::max(root.from, of.from),
                    std::min(root.to, of.to)};
  };
  for (const MappedName& mapped : mapped_)
    if (mapped.range.contains(word)) return part(mapped.name, mapped.range);
  const Mapping* mapping = mapping_at(memory_.map(), word);
  if (mapping && mapping->inode != 0)
    return part("mapped file " + mapping->name, mapping->range);
  return word_alone(word, "memory mapped beside the allocator");
}

RootPart NativeFrozenHeap::root_part(const RootRange& root,
                                     std::uint64_t word) const {
  switch (root.kind) {
    case RootKind::kGlobal:
    case RootKind::kAllocator:
      return variable_part(word);
    case RootKind::kThreadLocal:
      return thread_local_part(root, word);
    case RootKind::kStack: {
      std::string function = function_using(root, word);
      std::string stack = "stack of " + thread_name(root.thread);
      return word_alone(word,
                        function.empty() ? stack : stack + " in " + function);
    }
    case RootKind::kRegister:
      return word_alone(word,
                        fmt::format("register {} of {}",
                                    argument_register((word - root.from) / 8),
                                    thread_name(root.thread)));
    case RootKind::kMapping:
      break;
  }
  return mapping_part(root, word);
}

Status NativeFrozenHeap::intact() const {
  if (process_->alive()) return {};
  return fail(ErrorKind::kEnvironment,
              fmt::format("the copy of process {} was ended while it was read",
                          service_),
              "did the kernel run short of memory? It ends the copy first");
}

// An object's first word points behind the two words that begin a vtable; the
// second base's points further into it.
std::string NativeFrozenHeap::class_of_vtable(std::uint64_t word) const {
  constexpr std::uint64_t kHead = 16;
  constexpr std::string_view kVtable = "vtable for ";
  // Asked of every block: most words are no address in a file at all.
  if (word % 8 != 0 || !module_at(modules_, word)) return "";
  auto [known, fresh] = classes_.try_emplace(word);
  if (!fresh) return known->second;
  CodeAddr at = place(word);
  DataSymbol symbol = symboliser_->variable(at);
  if (symbol.name.starts_with(kVtable) && symbol.offset >= kHead)
    known->second = symbol.name.substr(kVtable.size());
  if (!known->second.empty() || at.offset < kHead) return known->second;
  // Without virtual functions it has nothing but its head.
  symbol = symboliser_->variable({at.module, at.offset - kHead});
  if (symbol.name.starts_with(kVtable) && symbol.offset == 0)
    known->second = symbol.name.substr(kVtable.size());
  return known->second;
}

}  // namespace

Result<std::unique_ptr<FrozenHeap>> make_frozen_heap(
    FrozenParts parts, const SegmentReader& segment,
    std::shared_ptr<Symboliser> symboliser) {
  pid_t copy = parts.process->copy();
  Result<std::string> maps = read_file(fmt::format("/proc/{}/maps", copy));
  if (!maps) return fail(std::move(maps).error());
  CopiedMemory memory(copy, parse_memory_map(*maps));
  Status readable = may_be_read(memory, parts.service);
  if (!readable) return fail(std::move(readable).error());
  return std::unique_ptr<FrozenHeap>(std::make_unique<NativeFrozenHeap>(
      std::move(parts), std::move(memory), segment, std::move(symboliser)));
}

}  // namespace tidemark
