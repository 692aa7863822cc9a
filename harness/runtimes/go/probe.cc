#include "harness/runtimes/go/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/profile/unsample.h"
#include "harness/runtimes/go/frames.h"
#include "harness/runtimes/go/goroutine_text.h"
#include "harness/runtimes/go/heap_text.h"
#include "harness/runtimes/go/pprof_client.h"
#include "harness/runtimes/go/process.h"
#include "harness/runtimes/go/symbols.h"
#include "harness/runtimes/managed/levels.h"
#include "harness/runtimes/managed/sites.h"

namespace tidemark {
namespace {

using namespace go;

// Of a profile as text: some hundred thousand stacks.
constexpr std::size_t kMostText = std::size_t{256} << 20;
// Go's smallest stack of a goroutine: what each of them takes at least.
constexpr Bytes kSmallestStack{2048};
// A service that is ready for its load may show its profiles a little later.
constexpr Duration kLateProfiles = std::chrono::seconds(3);
constexpr Duration kAgain = std::chrono::milliseconds(50);
// Addresses of one question to /symbol; each is 20 bytes.
constexpr std::size_t kSymbolsAtOnce = 4096;

std::string mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

std::string sampled_in_words(std::uint64_t rate) {
  return fmt::format("its heap is sampled, a block for every {} KiB on average",
                     rate >> 10);
}

// What a few samples of anybody's profile stand for may be beyond numbers.
void add(std::int64_t amount, std::int64_t& sum) {
  if (__builtin_add_overflow(sum, amount, &sum))
    sum = std::numeric_limits<std::int64_t>::max();
}
void add(const SampledBlocks& blocks, Count& objects, Bytes& bytes) {
  add(blocks.count, objects.value);
  add(blocks.bytes, bytes.value);
}

// A place in the profile that was seen before, by its addresses and its size.
struct KnownRecord {
  bool own = false;  // none of the program's
  SiteId site = 0;
  SiteId place = 0;  // the same for every size
};

class GoProbe final : public HeapProbe {
 public:
  GoProbe(PprofClient client, GoProbeOptions options, Clock& clock)
      : client_(std::move(client)),
        options_(std::move(options)),
        clock_(clock) {}
  // A service that goes on samples as it did before.
  ~GoProbe() override {
    if (rate_before_)
      (void)set_sample_rate(pid_, *program_, *options_.wanted_rate,
                            *rate_before_);
  }
  GoProbe(const GoProbe&) = delete;
  GoProbe& operator=(const GoProbe&) = delete;

  Result<HeapDescription> attach(const std::vector<pid_t>& processes) override;
  Status begin_cycle(CycleIndex cycle) override;
  Result<HeapCounters> counters() override { return HeapCounters{}; }
  Result<PurgeRecord> purge(Duration timeout) override;
  Result<HeapSnapshot> snapshot() override;
  std::vector<LastHeld> ever_allocated() override { return ever_allocated_; }
  Result<MemoryAccount> account() override;
  Status zoom(const std::vector<SiteId>&) override { return {}; }
  SiteRecord describe(SiteId site) override { return sites_.describe(site); }
  Result<std::vector<std::unique_ptr<FrozenHeap>>> freeze(Duration) override {
    return std::vector<std::unique_ptr<FrozenHeap>>();
  }

 private:
  void wait_for_profiles();
  bool shows_profiles(pid_t pid) const;
  Status meet(pid_t pid);
  Status change_rate();
  Result<HeapText> read_heap(std::string_view page);
  Status read_goroutines(std::vector<Level>& levels);
  Status name_leaves(const HeapText& heap);
  const KnownRecord& known(const HeapRecord& record,
                           const std::vector<StackFrame>& frames);
  bool is_exact() const { return rate_ <= 1; }
  bool is_cancelled() const {
    return options_.cancelled && options_.cancelled();
  }
  std::uint64_t statistic(const char* name) const;
  HeapDescription describe_heap() const;

  PprofClient client_;
  GoProbeOptions options_;
  Clock& clock_;
  pid_t pid_ = 0;
  std::optional<ProgramFile> program_;
  std::uint64_t rate_ = 0;
  std::optional<std::uint64_t> rate_before_;  // if we have set it
  std::string rate_trouble_;                  // why it is not the wanted one
  bool has_symbols_ = true;                   // the page of that name
  bool cut_off_ = false;                      // the latest text of goroutines
  std::map<std::string, std::uint64_t> statistics_;
  Count goroutines_;
  CycleIndex cycle_;
  ManagedSites sites_;
  LevelBook levels_;
  std::unordered_map<std::string, KnownRecord> records_;
  std::unordered_map<std::uint64_t, std::string> leaves_;
  std::vector<LastHeld> ever_allocated_;
};

std::uint64_t GoProbe::statistic(const char* name) const {
  const auto found = statistics_.find(name);
  return found == statistics_.end() ? 0 : found->second;
}

Result<HeapText> GoProbe::read_heap(std::string_view page) {
  const Result<std::string> text = client_.get(page, kMostText);
  TIDEMARK_TRY(text);
  Result<HeapText> heap = read_heap_text(*text);
  if (!heap)
    return fail(ErrorKind::kEnvironment,
                fmt::format("the profile {}{}: {}", client_.shown(), page,
                            heap.error().message));
  statistics_ = heap->statistics;
  return heap;
}

void GoProbe::wait_for_profiles() {
  const TimePoint end = clock_.now() + kLateProfiles;
  while (!is_cancelled() && !client_.is_listening() && clock_.now() < end)
    clock_.sleep(kAgain);
}

bool GoProbe::shows_profiles(pid_t pid) const {
  if (!options_.ports_of || client_.port() == 0) return false;
  const std::vector<std::uint16_t> ports = options_.ports_of(pid);
  return std::find(ports.begin(), ports.end(), client_.port()) != ports.end();
}

// To the wanted one, if it has another. What was written is looked at again:
// it may have been another program's that only stood before the service.
Status GoProbe::change_rate() {
  if (!options_.wanted_rate || rate_ == *options_.wanted_rate) return {};
  const std::uint64_t before = rate_;
  const std::uint64_t wanted = *options_.wanted_rate;
  const Status set = program_ ? set_sample_rate(pid_, *program_, before, wanted)
                              : fail(ErrorKind::kEnvironment,
                                     "its file does not say where it has it");
  if (!set) {
    rate_trouble_ = set.error().message;
    return {};
  }
  rate_before_ = before;
  const Result<HeapText> heap = read_heap("heap?debug=1");
  TIDEMARK_TRY(heap);
  rate_ = heap->rate;
  if (rate_ == wanted) return {};
  (void)set_sample_rate(pid_, *program_, wanted, before);
  rate_before_.reset();
  rate_trouble_ = fmt::format(
      "process {} does not show the profiles, or sets it by itself", pid_);
  return {};
}

// The first look at a process: how it samples, and whether that can be mended.
Status GoProbe::meet(pid_t pid) {
  pid_ = pid;
  program_ = program_of(pid);
  records_.clear();
  leaves_.clear();
  const Result<HeapText> heap = read_heap("heap?debug=1");
  TIDEMARK_TRY(heap);
  rate_ = heap->rate;
  goroutines_ = {};
  rate_trouble_.clear();
  rate_before_.reset();
  TIDEMARK_TRY(change_rate());
  if (rate_ == 0)
    return fail(ErrorKind::kEnvironment,
                "the service keeps no heap profile: its "
                "runtime.MemProfileRate is 0",
                "it has to be 1, or left as it is, before the first block is "
                "allocated");
  return {};
}

Result<HeapDescription> GoProbe::attach(const std::vector<pid_t>& processes) {
  if (processes.empty())
    return fail(ErrorKind::kEnvironment, "the service has no process");
  const auto lives = std::find(processes.begin(), processes.end(), pid_);
  if (lives == processes.end()) {
    wait_for_profiles();
    const pid_t pid = who_shows_profiles(
        processes, [](pid_t one) { return program_of(one).has_value(); },
        [this](pid_t one) { return shows_profiles(one); });
    TIDEMARK_TRY(meet(pid));
  }
  return describe_heap();
}

HeapDescription GoProbe::describe_heap() const {
  HeapDescription about;
  about.allocator =
      program_ && !program_->version.empty() ? program_->version : "go";
  if (is_exact())
    about.facts.push_back("every block is in its heap profile");
  else
    about.facts.push_back(sampled_in_words(rate_));
  if (!rate_trouble_.empty())
    about.facts.push_back(
        fmt::format("it does not sample every {} bytes, as wanted: {}",
                    *options_.wanted_rate, rate_trouble_));
  about.facts.push_back(fmt::format(
      "HeapAlloc {}, HeapInuse {}, HeapSys {}, StackInuse {}, Sys {}, NumGC {}",
      mebibytes(statistic("HeapAlloc")), mebibytes(statistic("HeapInuse")),
      mebibytes(statistic("HeapSys")), mebibytes(statistic("Stack")),
      mebibytes(statistic("Sys")), statistic("NumGC")));
  if (goroutines_.value > 0)
    about.facts.push_back(fmt::format("NumGoroutine {}", goroutines_.value));
  about.invisible.push_back("who holds a block: Go does not tell");
  about.invisible.push_back(
      "what Go takes for itself: its runtime, its profiles' pages, net/http's "
      "map of open connections");
  if (!is_exact())
    about.invisible.push_back("blocks that its heap profile has no sample of");
  // Go's tiny allocator: what finds room in the latest block is in no profile.
  about.invisible.push_back(
      "objects below 16 bytes without pointers: up to 16 bytes of them are one "
      "block, of the line that began it");
  about.invisible.push_back(
      "memory that is not Go's: of C libraries, and mapped by hand");
  if (!has_symbols_)
    about.invisible.push_back(
        "which blocks are the runtime's own: it has no page "
        "/debug/pprof/symbol");
  if (cut_off_)
    about.invisible.push_back(
        "who created goroutines: there are more than Go writes down");
  return about;
}

Status GoProbe::begin_cycle(CycleIndex cycle) {
  cycle_ = cycle;
  levels_.begin_cycle(cycle);
  return {};
}

// Twice: what a sync.Pool has is given up by the second collection only, and
// so is what waited for a finaliser.
Result<PurgeRecord> GoProbe::purge(Duration) {
  const TimePoint begin = clock_.now();
  PurgeRecord record;
  record.cycle = cycle_;
  record.allocator =
      program_ && !program_->version.empty() ? program_->version : "go";
  record.rss_before = resident(pid_);
  for (int i = 0; i < 2; ++i) TIDEMARK_TRY(client_.get("heap?gc=1"));
  record.rss_after = resident(pid_);
  record.took = clock_.now() - begin;
  return record;
}

// The functions that the innermost addresses of new records are in: the text
// leaves out the runtime's.
Status GoProbe::name_leaves(const HeapText& heap) {
  std::vector<std::uint64_t> unknown;
  for (const HeapRecord& record : heap.records) {
    if (record.addresses.empty() || record.addresses.front() == 0) continue;
    const std::uint64_t call = record.addresses.front() - 1;
    if (leaves_.try_emplace(call).second) unknown.push_back(call);
  }
  while (!unknown.empty() && has_symbols_) {
    const std::size_t count = std::min(unknown.size(), kSymbolsAtOnce);
    const std::vector<std::uint64_t> some(
        unknown.end() - static_cast<std::ptrdiff_t>(count), unknown.end());
    unknown.resize(unknown.size() - count);
    const Result<std::string> answer =
        client_.post("symbol", symbol_question(some), kMostText);
    if (!answer && answer.error().kind == ErrorKind::kInterrupted)
      return fail(answer.error());
    // Without it more is told, and less of it is the program's.
    has_symbols_ = answer.has_value();
    if (!answer) break;
    for (auto& [address, name] : read_symbols(*answer))
      leaves_[address] = std::move(name);
  }
  return {};
}

const KnownRecord& GoProbe::known(const HeapRecord& record,
                                  const std::vector<StackFrame>& frames) {
  const Bytes size = size_of(record);
  std::string key(reinterpret_cast<const char*>(record.addresses.data()),
                  record.addresses.size() * sizeof(std::uint64_t));
  key += fmt::format(" {}", size.value);
  const auto [found, fresh] = records_.try_emplace(std::move(key));
  KnownRecord& known = found->second;
  if (!fresh) return known;
  known.own = is_own_record(record, frames);
  if (!known.own && !record.addresses.empty()) {
    const auto leaf = leaves_.find(record.addresses.front() - 1);
    known.own = leaf != leaves_.end() && is_own_leaf(leaf->second);
  }
  if (known.own) return known;
  const std::vector<Frame> stack = frames_of(record, frames);
  known.site = sites_.number(MemoryKind::kHeap, size, stack);
  known.place = sites_.number(MemoryKind::kHeap, Bytes{}, stack);
  return known;
}

Status GoProbe::read_goroutines(std::vector<Level>& levels) {
  const auto ask = [this](const char* page) -> Result<GoroutineText> {
    const Result<std::string> text = client_.get(page, kMostText);
    TIDEMARK_TRY(text);
    Result<GoroutineText> read = read_goroutine_text(*text);
    if (read) return read;
    return fail(ErrorKind::kEnvironment,
                fmt::format("the profile {}{}: {}", client_.shown(), page,
                            read.error().message));
  };
  Result<GoroutineText> text = ask("goroutine?debug=2");
  TIDEMARK_TRY(text);
  cut_off_ = text->cut_off;
  if (cut_off_) text = ask("goroutine?debug=1");
  TIDEMARK_TRY(text);
  goroutines_ = text->total;
  std::map<SiteId, Level> by_site;
  for (const GoroutineGroup& group : text->groups) {
    if (is_own_goroutine(group, text->frames)) continue;
    const SiteId site = sites_.number(MemoryKind::kThread, kSmallestStack,
                                      frames_of(group, text->frames));
    Level& level = by_site[site];
    level.site = site;
    level.objects += group.goroutines;
    level.bytes += Bytes{group.goroutines.value * kSmallestStack.value};
  }
  for (const auto& [site, level] : by_site) levels.push_back(level);
  return {};
}

Result<HeapSnapshot> GoProbe::snapshot() {
  const TimePoint begin = clock_.now();
  // First, as they are what the collection looks at.
  std::vector<Level> levels;
  TIDEMARK_TRY(read_goroutines(levels));
  const Result<HeapText> heap = read_heap("heap?gc=1&debug=1");
  TIDEMARK_TRY(heap);
  // Samples of two rates are not to be told apart.
  if (heap->rate != rate_)
    return fail(
        ErrorKind::kEnvironment,
        fmt::format("the service's runtime.MemProfileRate was {} and is "
                    "{} now",
                    rate_, heap->rate),
        "it has to be set before the load, and left as it is");
  TIDEMARK_TRY(name_leaves(*heap));

  HeapSnapshot made;
  made.taken_in = cycle_;
  if (!is_exact()) made.sample_period = Bytes{static_cast<std::int64_t>(rate_)};
  std::unordered_map<SiteId, Level> by_site;
  std::unordered_map<SiteId, LastHeld> by_place;
  for (const HeapRecord& record : heap->records) {
    const KnownRecord& place = known(record, heap->frames);
    if (place.own) continue;
    const auto rate = static_cast<std::int64_t>(rate_);
    const SampledBlocks live =
        unsampled({record.objects.value, record.bytes.value}, rate);
    const SampledBlocks ever =
        unsampled({record.ever_objects.value, record.ever_bytes.value}, rate);
    add(live, made.live_objects, made.live_bytes);
    add(ever, made.counters.allocations, made.counters.allocated);
    Level& level = by_site[place.site];
    level.site = place.site;
    level.objects += record.objects;
    level.bytes += record.bytes;
    LastHeld& sum = by_place[place.place];
    sum.site = place.place;
    add(ever, sum.objects, sum.bytes);
  }
  made.counters.frees = made.counters.allocations - made.live_objects;
  for (const auto& [site, level] : by_site)
    if (level.objects.value > 0) levels.push_back(level);
  ever_allocated_.clear();
  for (const auto& [site, sum] : by_place) ever_allocated_.push_back(sum);

  made.rings = levels_.look(levels);
  ProcessHeap process;
  process.pid = pid_;
  process.live_objects = made.live_objects;
  process.live_bytes = made.live_bytes;
  for (const Ring& ring : made.rings) {
    process.born[ring.born] += ring.bytes;
    if (made.sites.empty() || made.sites.back().id != ring.site)
      made.sites.push_back(sites_.brief(ring.site));
  }
  made.processes.push_back(std::move(process));
  made.scan_time = clock_.now() - begin;
  return made;
}

Result<MemoryAccount> GoProbe::account() {
  return fail(ErrorKind::kEnvironment,
              "Go does not tell which of its pages have what");
}

}  // namespace

Result<std::unique_ptr<HeapProbe>> make_go_probe(const GoProbeOptions& options,
                                                 Clock& clock) {
  Result<PprofClient> client =
      PprofClient::make(options.access, options.load_url, {options.cancelled});
  TIDEMARK_TRY(client);
  return std::unique_ptr<HeapProbe>(
      std::make_unique<GoProbe>(*std::move(client), options, clock));
}

}  // namespace tidemark
