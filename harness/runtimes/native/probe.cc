#include "harness/runtimes/native/probe.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "harness/base/proc_tree.h"
#include "harness/base/text_file.h"
#include "harness/runtimes/native/account_sources.h"
#include "harness/runtimes/native/agent_requests.h"
#include "harness/runtimes/native/allocator_figures.h"
#include "harness/runtimes/native/allocator_modules.h"
#include "harness/runtimes/native/frozen_heap.h"
#include "harness/runtimes/native/library.h"
#include "harness/runtimes/native/module_map.h"
#include "harness/runtimes/native/segment_reader.h"
#include "harness/runtimes/native/site_names.h"
#include "harness/runtimes/native/symbolise.h"

namespace tidemark {
namespace {

// One process of the service that has an agent in it.
struct Process {
  pid_t pid = 0;
  std::shared_ptr<SegmentReader> segment;
  ModuleMap modules;
  bool gone = false;  // its heap is what it was when it died
  // Site number and size in the segment → the run's number.
  std::unordered_map<std::uint64_t, SiteId> known;
};

// A process of the service that has none.
struct Unseen {
  std::string why;
  bool may_come = false;  // it may be at loading its libraries
  int looks = 0;          // how often it was there and could not be seen
};

// As the segment is called in /proc/PID/maps.
const std::string kSegmentMapping =
    fmt::format("/memfd:{} ", agent::kMemfdName);

// Goes on from "process 4711 ".
std::string why_unseen(pid_t pid, const Error& error) {
  std::string why = why_not_preloadable(fmt::format("/proc/{}/exe", pid));
  if (!why.empty()) return why;
  const std::string subject = fmt::format("process {} ", pid);
  if (error.message.starts_with(subject))
    return error.message.substr(subject.size());
  return "cannot be read: " + error.message;
}

bool can_be_preloaded(pid_t pid) {
  return why_not_preloadable(fmt::format("/proc/{}/exe", pid)).empty();
}

bool has_ended(pid_t pid) {
  const std::optional<ProcessEntry> entry = process_entry(pid);
  return !entry || entry->dead();
}

// Where a site is in a process: needed to zoom it.
struct Place {
  pid_t pid = 0;
  std::uint64_t number = 0;
};

std::string allocator_word(std::uint32_t value) {
  switch (static_cast<agent::Allocator>(value)) {
    case agent::Allocator::kGlibc:
      return "glibc";
    case agent::Allocator::kJemalloc:
      return "jemalloc";
    case agent::Allocator::kTcmalloc:
      return "tcmalloc";
    case agent::Allocator::kMimalloc:
      return "mimalloc";
    case agent::Allocator::kGoogleTcmalloc:
      return "google-tcmalloc";
    case agent::Allocator::kUnknown:
      break;
  }
  return "unknown";
}

bool is_any_copy(pid_t pid) {
  std::optional<ProcessEntry> entry = process_entry(pid);
  return entry && is_copy_of(pid, entry->parent);
}

Bytes resident(pid_t pid) {
  Result<std::string> text = read_file(fmt::format("/proc/{}/statm", pid));
  long size = 0, pages = 0;
  if (!text || sscanf(text->c_str(), "%ld %ld", &size, &pages) != 2) return {};
  return {pages * sysconf(_SC_PAGESIZE)};
}

// In a site's key: no block is of this size, it stands for all.
constexpr Bytes kAnySize{-1};

bool is_agents(const Process& process, std::uint64_t site) {
  return process.segment->site(site).caller == agent::kAgentCaller;
}

bool is_allocators_mapping(const SiteKey& key) {
  return !key.stack.empty() && is_allocator_module(key.stack.front().module);
}

class NativeProbe final : public HeapProbe {
 public:
  NativeProbe(Clock& clock, NativeProbeOptions options)
      : clock_(clock), options_(std::move(options)) {}

  Result<HeapDescription> attach(const std::vector<pid_t>& pids) override;
  Status begin_cycle(CycleIndex cycle) override;
  Result<HeapCounters> counters() override;
  Result<PurgeRecord> purge(Duration timeout) override;
  Result<HeapSnapshot> snapshot() override;
  std::vector<LastHeld> ever_allocated() override;
  Result<MemoryAccount> account() override;
  Status zoom(const std::vector<SiteId>& sites) override;
  SiteRecord describe(SiteId site) override;
  Result<std::vector<std::unique_ptr<FrozenHeap>>> freeze(
      Duration timeout) override;

 private:
  void adopt_new(const std::vector<pid_t>& pids);
  Status wait_for_agents(const std::vector<pid_t>& pids);
  HeapDescription describe_heap();
  void set_stamp(Process& process);
  void next_epoch() { epoch_ = epoch_ % (agent::kEpochs - 1) + 1; }
  void add_process(Process& process, HeapSnapshot& into,
                   std::map<std::pair<SiteId, CycleIndex>, Ring>& rings);
  void add_cells(Process& process, HeapSnapshot& into,
                 std::map<std::pair<SiteId, CycleIndex>, Ring>& rings);
  SiteId site_of(Process& process, std::uint64_t number, Bytes size,
                 MemoryKind kind);
  SiteKey key_of(const Process& process, const RawSite& raw, Bytes size,
                 MemoryKind kind) const;
  BlockTable blocks(Process& process);
  Result<FrozenParts> copy(Process& process, TimePoint until);
  std::vector<MappedName> mapped_names(const BlockTable& table);
  HeapCounters sum_counters() const;
  const SiteBrief& brief(SiteId site);

  Clock& clock_;
  NativeProbeOptions options_;
  std::shared_ptr<Symboliser> symboliser_ = std::make_shared<Symboliser>();
  SiteNames names_;
  std::vector<Process> processes_;
  std::map<pid_t, Unseen> unseen_;  // processes without an agent
  std::unordered_map<SiteId, std::vector<Place>> places_;
  std::unordered_map<SiteId, SiteBrief> briefs_;
  CycleIndex cycle_;
  std::uint64_t epoch_ = 1;
};

void NativeProbe::adopt_new(const std::vector<pid_t>& pids) {
  for (Process& process : processes_)
    process.gone =
        std::find(pids.begin(), pids.end(), process.pid) == pids.end();
  std::map<pid_t, Unseen> before = std::exchange(unseen_, {});
  for (pid_t pid : pids) {
    auto known = std::find_if(processes_.begin(), processes_.end(),
                              [&](const Process& p) { return p.pid == pid; });
    Result<std::string> maps = read_file(fmt::format("/proc/{}/maps", pid));
    // Another program, in the same process: its heap is another one. One that
    // is ending shows no maps.
    if (known != processes_.end() && !known->gone && maps && !maps->empty() &&
        !known->segment->is_in(*maps) && !is_gone(pid)) {
      for (auto& [site, places] : places_)
        std::erase_if(places, [pid](const Place& p) { return p.pid == pid; });
      processes_.erase(known);
      known = processes_.end();
    }
    if (known == processes_.end() || known->gone) {
      // It is not a process of the service's, and it shows no heap.
      if (is_any_copy(pid)) continue;
      const int own = SegmentReader::find(pid);
      // A forked child that has not allocated yet has its parent's blocks.
      if (own < 0 && maps && maps->find(kSegmentMapping) != maps->npos)
        continue;
      Result<std::unique_ptr<SegmentReader>> segment =
          own < 0 ? SegmentReader::open(pid) : SegmentReader::adopt(own);
      if (!segment) {
        unseen_[pid] = {why_unseen(pid, segment.error()),
                        own < 0 && can_be_preloaded(pid),
                        before[pid].looks + 1};
        continue;
      }
      processes_.push_back({pid, std::move(*segment), {}, false, {}});
      known = std::prev(processes_.end());
      set_stamp(*known);
    }
    if (maps) known->modules = ModuleMap::parse(*maps, elf_first_vaddr);
  }
  // Children that have gone took their heaps with them. The last process
  // stays: it is what a post-mortem looks at.
  bool any_alive = std::any_of(processes_.begin(), processes_.end(),
                               [](const Process& p) { return !p.gone; });
  if (any_alive)
    std::erase_if(processes_, [](const Process& p) { return p.gone; });
}

// A service that said it was ready from a shell, which it replaces then, is
// between two programs for a moment.
Status NativeProbe::wait_for_agents(const std::vector<pid_t>& pids) {
  constexpr Duration kPause = std::chrono::milliseconds(10);
  const auto may_come = [](const auto& unseen) {
    return unseen.second.may_come;
  };
  for (const TimePoint until = clock_.now() + options_.loading;
       processes_.empty() && clock_.now() < until &&
       std::any_of(unseen_.begin(), unseen_.end(), may_come);) {
    if (options_.cancelled && options_.cancelled())
      return fail(ErrorKind::kInterrupted, "interrupted");
    clock_.sleep(kPause);
    adopt_new(pids);
  }
  return {};
}

Result<HeapDescription> NativeProbe::attach(const std::vector<pid_t>& pids) {
  adopt_new(pids);
  TIDEMARK_TRY(wait_for_agents(pids));
  if (processes_.empty()) {
    std::string why = unseen_.empty() ? "has no process that is running"
                                      : unseen_.begin()->second.why;
    return fail(ErrorKind::kEnvironment,
                "the heap of the service cannot be seen: it " + why,
                "use a dynamically linked build, or `runtime: process` to "
                "judge by the kernel's view alone");
  }
  return describe_heap();
}

HeapDescription NativeProbe::describe_heap() {
  HeapDescription about;
  for (const Process& process : processes_) {
    const agent::Header& header = process.segment->header();
    std::string word = allocator_word(header.allocator.load());
    if (about.allocator.empty() || about.allocator == "unknown")
      about.allocator = word;
    const auto unrecorded = [&about](std::string what) {
      about.invisible.push_back(what);
      about.unrecorded.push_back(std::move(what));
    };
    const auto note = [&](std::uint64_t count, const char* what) {
      if (count != 0)
        unrecorded(fmt::format("process {}: {} {}", process.pid, count, what));
    };
    if (header.flags.load() & agent::kFlagForeignMalloc)
      unrecorded(fmt::format(
          "process {}: the executable brings its own malloc; its blocks are "
          "not seen",
          process.pid));
    if (header.flags.load() & agent::kFlagNoThread)
      about.invisible.push_back(fmt::format(
          "process {}: the agent's thread could not be started there: nothing "
          "is purged, and who holds what cannot be asked",
          process.pid));
    note(header.dropped_blocks.load(), "blocks beyond the table's room");
    note(header.dropped_sites.load(), "blocks beyond the table of sites");
    // Such a block has its caller for a site.
    if (const std::uint64_t stacks = header.dropped_stacks.load(); stacks != 0)
      about.invisible.push_back(
          fmt::format("process {}: {} stacks beyond the room for stacks",
                      process.pid, stacks));
    note(header.dropped_regions.load(), "mappings beyond the table of them");
  }
  for (const auto& [pid, unseen] : unseen_) {
    about.invisible.push_back(fmt::format("process {} {}", pid, unseen.why));
    // One that is being born, or about to end, is not worth a verdict.
    if (unseen.looks > 1) about.unrecorded.push_back(about.invisible.back());
  }
  return about;
}

// What is there already voids no cache of the hooks: a service that allocates
// where it always did would not notice that the agent's thread is wanted.
void NativeProbe::set_stamp(Process& process) {
  agent::Command& command = process.segment->command();
  const auto stamp = [this] {
    return std::uint64_t{cycle_.value} << agent::kCycleShift |
           epoch_ << agent::kEpochShift;
  };
  if (command.stamp.load() == stamp()) next_epoch();
  command.thread_wanted.store(1);
  command.stamp.store(stamp());
}

Status NativeProbe::begin_cycle(CycleIndex cycle) {
  if (cycle.value > kMaxCycles)
    return fail(ErrorKind::kBug,
                fmt::format("cycle {} does not fit a stamp", cycle.value));
  cycle_ = cycle;
  next_epoch();
  for (Process& process : processes_) set_stamp(process);
  return {};
}

HeapCounters NativeProbe::sum_counters() const {
  HeapCounters sum;
  for (const Process& process : processes_) {
    RawCounters raw = process.segment->counters();
    sum.allocations.value += static_cast<std::int64_t>(raw.allocations);
    sum.frees.value += static_cast<std::int64_t>(raw.frees);
    sum.allocated.value += static_cast<std::int64_t>(raw.allocated_bytes);
  }
  return sum;
}

Result<HeapCounters> NativeProbe::counters() { return sum_counters(); }

Result<PurgeRecord> NativeProbe::purge(Duration timeout) {
  PurgeRecord record;
  record.cycle = cycle_;
  TimePoint started = clock_.now();
  std::vector<std::pair<Process*, std::uint32_t>> asked;
  for (Process& process : processes_) {
    if (process.gone) continue;
    record.rss_before += resident(process.pid);
    asked.emplace_back(&process,
                       ask_agent(*process.segment, agent::Request::kPurge));
  }
  bool all = true;
  for (auto& [process, number] : asked)
    all =
        wait_for_agent(*process->segment, number, clock_, started + timeout) &&
        all;
  for (Process& process : processes_) {
    if (!process.gone) record.rss_after += resident(process.pid);
    record.allocator =
        allocator_word(process.segment->header().allocator.load());
  }
  if (!all) record.allocator = "not purged";
  record.took = clock_.now() - started;
  return record;
}

SiteKey NativeProbe::key_of(const Process& process, const RawSite& raw,
                            Bytes size, MemoryKind kind) const {
  SiteKey key;
  key.kind = kind;
  key.size = size;
  key.truncated = raw.truncated;
  key.zoomed = !raw.stack.empty();
  for (std::uint64_t address : raw.stack)
    key.stack.push_back(process.modules.find(address));
  if (raw.stack.empty()) key.stack.push_back(process.modules.find(raw.caller));
  return key;
}

SiteId NativeProbe::site_of(Process& process, std::uint64_t number, Bytes size,
                            MemoryKind kind) {
  // Numbers have 24 bits; sizes beyond 40 bits do not exist. A mapping's
  // size is left out of its site: arenas grow by whatever is asked.
  std::uint64_t local =
      number << 40 | (static_cast<std::uint64_t>(size.value) & 0xffffffffff);
  auto known = process.known.find(local);
  if (known != process.known.end()) return known->second;
  SiteKey key = key_of(process, process.segment->site(number), size, kind);
  SiteId site = names_.number(key);
  process.known.emplace(local, site);
  places_[site].push_back({process.pid, number});
  return site;
}

// Of all processes together, and of this one apart.
void NativeProbe::add_process(
    Process& process, HeapSnapshot& into,
    std::map<std::pair<SiteId, CycleIndex>, Ring>& rings) {
  const Count objects = into.live_objects;
  const Bytes bytes = into.live_bytes;
  into.processes.push_back({process.pid, {}, {}, {}});
  add_cells(process, into, rings);
  into.processes.back().live_objects = into.live_objects - objects;
  into.processes.back().live_bytes = into.live_bytes - bytes;
}

void NativeProbe::add_cells(
    Process& process, HeapSnapshot& into,
    std::map<std::pair<SiteId, CycleIndex>, Ring>& rings) {
  auto add = [&](SiteId site, std::uint64_t cell, std::int64_t objects,
                 std::int64_t bytes) {
    CycleIndex born{static_cast<std::uint32_t>(agent::cell_cycle(cell))};
    Ring& ring = rings[{site, born}];
    ring.site = site;
    ring.born = born;
    ring.objects.value += objects;
    ring.bytes.value += bytes;
    into.processes.back().born[born].value += bytes;
  };
  auto add_blocks = [&](std::uint64_t cell, std::uint64_t blocks,
                        std::uint64_t size) {
    std::uint64_t number = agent::cell_site(cell);
    if (is_agents(process, number)) return;
    std::int64_t count = static_cast<std::int64_t>(blocks);
    std::int64_t bytes = static_cast<std::int64_t>(blocks * size);
    add(site_of(process, number, {static_cast<std::int64_t>(size)},
                MemoryKind::kHeap),
        cell, count, bytes);
    into.live_objects.value += count;
    into.live_bytes.value += bytes;
  };
  for (const CellCount& count : process.segment->scan())
    if (agent::cell_size(count.cell) != agent::kBigSize)
      add_blocks(count.cell, count.blocks, agent::cell_size(count.cell));
  for (const CellCount& big : process.segment->big_blocks())
    add_blocks(big.cell, 1, big.blocks);
  for (const RawRegion& region : process.segment->regions()) {
    std::uint64_t number = agent::cell_site(region.bits);
    if (is_agents(process, number)) continue;
    SiteId site = site_of(process, number, {}, MemoryKind::kMapping);
    // What an allocator maps for itself is seen block by block already.
    if (is_allocators_mapping(names_.key(site))) continue;
    std::int64_t bytes = static_cast<std::int64_t>(region.bytes);
    add(site, region.bits, 1, bytes);
    into.mapping_objects.value += 1;
    into.mapping_bytes.value += bytes;
  }
}

const SiteBrief& NativeProbe::brief(SiteId site) {
  auto known = briefs_.find(site);
  if (known != briefs_.end()) return known->second;
  const SiteKey& key = names_.key(site);
  SiteBrief brief{site, key.kind, key.size, key.zoomed, site, 0, {}};
  SiteKey shared = key;
  shared.size = kAnySize;
  if (key.zoomed) {
    brief.stack = names_.number(shared) + 1;
    shared.truncated = false;
    for (std::size_t frames : kPrefixFrames) {
      shared.stack.resize(std::min(shared.stack.size(), frames));
      brief.prefixes.push_back(names_.number(shared));
    }
  }
  shared.stack.resize(std::min<std::size_t>(shared.stack.size(), 1));
  shared.zoomed = false;
  shared.truncated = false;
  brief.group = names_.number(shared);
  return briefs_.emplace(site, std::move(brief)).first->second;
}

std::vector<LastHeld> NativeProbe::ever_allocated() {
  std::map<SiteId, LastHeld> sums;
  for (Process& process : processes_)
    for (const RawTally& tally : process.segment->tallies()) {
      if (is_agents(process, tally.site)) continue;
      const SiteId site =
          site_of(process, tally.site, kAnySize, MemoryKind::kHeap);
      LastHeld& sum = sums[site];
      sum.site = site;
      sum.objects += Count{static_cast<std::int64_t>(tally.births)};
      sum.bytes += Bytes{static_cast<std::int64_t>(tally.bytes)};
    }
  std::vector<LastHeld> all;
  for (const auto& [site, sum] : sums) all.push_back(sum);
  return all;
}

Result<HeapSnapshot> NativeProbe::snapshot() {
  // An unstopped read is an exact cut if nothing happened meanwhile; a busy
  // moment is tried again before its inexactness is reported.
  constexpr int kTries = 3;
  HeapSnapshot snapshot;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    TimePoint started = clock_.now();
    HeapCounters before = sum_counters();
    snapshot = {};
    std::map<std::pair<SiteId, CycleIndex>, Ring> rings;
    for (Process& process : processes_) add_process(process, snapshot, rings);
    snapshot.counters = sum_counters();
    snapshot.inexact_operations = snapshot.counters.allocations -
                                  before.allocations + snapshot.counters.frees -
                                  before.frees;
    snapshot.scan_time = clock_.now() - started;
    for (const auto& [key, ring] : rings) {
      snapshot.rings.push_back(ring);
      if (snapshot.sites.empty() || snapshot.sites.back().id != ring.site)
        snapshot.sites.push_back(brief(ring.site));
    }
    if (snapshot.inexact_operations.value == 0) break;
  }
  snapshot.taken_in = cycle_;
  for (const Process& process : processes_)
    snapshot.tracker_bytes += process.segment->occupied();
  return snapshot;
}

Result<MemoryAccount> NativeProbe::account() {
  constexpr Duration kAnswer = std::chrono::seconds(2);
  AccountSum sum;
  std::optional<AllocatorFigures> figures;
  bool first = true;
  auto module_of = [&](SiteId site) {
    const SiteKey& key = names_.key(site);
    return key.stack.empty() || key.stack.front().module.empty()
               ? "unknown"
               : key.stack.front().module;
  };
  for (Process& process : processes_) {
    if (process.gone) continue;
    ToldFigures told = ask_allocator(*process.segment, clock_, kAnswer);
    if (std::exchange(first, false))
      figures = told.figures;
    else
      add_figures(figures, told.figures);
    BlockTable table = blocks(process);
    // Strings of many lengths are one place.
    for (LiveBlock& block : table.heap) {
      const SiteBrief& known = brief(block.site);
      if (!known.zoomed) block.site = known.group;
    }
    const Status added =
        add_process_account(process.pid, *process.segment, table,
                            std::move(told.sizes), module_of, sum);
    // One that has just ended has no memory.
    if (!added && has_ended(process.pid)) continue;
    TIDEMARK_TRY(added);
  }
  MemoryAccount account = sum.account();
  account.cycle = cycle_;
  account.allocator = figures;
  return account;
}

Status NativeProbe::zoom(const std::vector<SiteId>& sites) {
  for (SiteId site : sites) {
    if (names_.key(site).zoomed) continue;
    for (const Place& place : places_[site])
      for (Process& process : processes_)
        if (process.pid == place.pid)
          process.segment->zoom(place.number, static_cast<std::uint64_t>(
                                                  names_.key(site).size.value));
  }
  return {};
}

SiteRecord NativeProbe::describe(SiteId site) {
  const SiteKey& key = names_.key(site);
  SiteRecord record;
  record.id = site;
  record.kind = key.kind;
  record.size = std::max(key.size, Bytes{});  // of a group: of all sizes
  record.zoomed = key.zoomed;
  record.truncated = key.truncated;
  for (const CodeAddr& address : key.stack)
    for (Frame& frame : symboliser_->frames(address))
      record.frames.push_back(std::move(frame));
  mark_allocators(record.frames);
  return record;
}

BlockTable NativeProbe::blocks(Process& process) {
  SiteNumbers sites;
  sites.of = [&](std::uint64_t number, Bytes size, MemoryKind kind) {
    return site_of(process, number, size, kind);
  };
  sites.is_allocators = [&](SiteId site) {
    return is_allocators_mapping(names_.key(site));
  };
  return read_block_table(*process.segment, sites);
}

// The copy stands still and the table goes on: what the two say fits exactly
// if nothing happened between them. In a busy service it is tried again, and
// then what was alive before and after is taken.
Result<FrozenParts> NativeProbe::copy(Process& process, TimePoint until) {
  constexpr int kTries = 3;
  FrozenParts parts;
  parts.service = process.pid;
  for (int attempt = 1;; ++attempt) {
    BlockTable earlier;
    if (attempt == kTries) earlier = blocks(process);
    RawCounters before = process.segment->counters();
    parts.threads = thread_positions(process.pid);
    Result<std::unique_ptr<FrozenProcess>> made =
        FrozenProcess::make(process.segment, process.pid, clock_, until);
    if (!made) return fail(std::move(made).error());
    parts.threads =
        between(std::move(parts.threads), thread_positions(process.pid));
    parts.blocks = blocks(process);
    parts.process = std::move(*made);
    if (process.segment->counters() == before) return parts;
    if (attempt < kTries) {
      parts.process.reset();
      continue;
    }
    parts.blocks.heap =
        alive_throughout(earlier.heap, std::move(parts.blocks.heap));
    parts.blocks.mapped =
        alive_throughout(earlier.mapped, std::move(parts.blocks.mapped));
    return parts;
  }
}

std::vector<MappedName> NativeProbe::mapped_names(const BlockTable& table) {
  std::map<SiteId, std::string> names;
  std::vector<MappedName> mapped;
  for (const LiveBlock& block : table.mapped) {
    auto [known, fresh] = names.try_emplace(block.site);
    if (fresh) {
      std::vector<Frame> frames = describe(block.site).frames;
      auto own = std::find_if(frames.begin(), frames.end(),
                              [](const Frame& f) { return !f.library; });
      if (own == frames.end()) own = frames.begin();
      known->second = own == frames.end()
                          ? "memory mapped beside the allocator"
                          : fmt::format("memory mapped by {}",
                                        qualified_name(own->function));
    }
    mapped.push_back(
        {{block.address, block.address + block.bytes}, known->second});
  }
  return mapped;
}

Result<std::vector<std::unique_ptr<FrozenHeap>>> NativeProbe::freeze(
    Duration timeout) {
  std::vector<std::unique_ptr<FrozenHeap>> heaps;
  TimePoint until = clock_.now() + timeout;
  std::optional<Error> asleep;
  for (Process& process : processes_) {
    if (process.gone) continue;
    Result<FrozenParts> parts = copy(process, until);
    // A process that has allocated nothing since it was found holds nothing
    // of the cycles: another one's heap is worth as much without it.
    if (!parts && process.segment->header().agent_tid.load() == 0) {
      asleep = std::move(parts).error();
      continue;
    }
    if (!parts && has_ended(process.pid)) continue;
    if (!parts) return fail(std::move(parts).error());
    parts->mapped = mapped_names(parts->blocks);
    Result<std::unique_ptr<FrozenHeap>> heap =
        make_frozen_heap(std::move(*parts), *process.segment, symboliser_);
    if (!heap && has_ended(process.pid)) continue;
    if (!heap) return fail(std::move(heap).error());
    heaps.push_back(std::move(*heap));
  }
  if (!heaps.empty()) return heaps;
  if (asleep) return fail(std::move(*asleep));
  return fail(ErrorKind::kEnvironment,
              "no process of the service is left to be copied");
}

}  // namespace

std::unique_ptr<HeapProbe> make_native_probe(Clock& clock,
                                             NativeProbeOptions options) {
  return std::make_unique<NativeProbe>(clock, std::move(options));
}

}  // namespace tidemark
