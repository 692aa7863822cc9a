#include "harness/watch/watcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "harness/run/fingerprint.h"
#include "harness/run/quiet.h"
#include "harness/run/retainers.h"
#include "harness/run/summary.h"
#include "harness/verdict/warmup.h"
#include "harness/watch/growth.h"

namespace tidemark {
namespace {

constexpr std::size_t kGrowingShown = 5;
constexpr int kPeriodsPerSoFar = 24;
// Who has which page takes long in a large service: of the time that is watched
// at most this share is spent on it.
constexpr int kAccountShare = 20;
// Places that are named for each reading, before those of one name are added
// up.
constexpr std::size_t kCandidates = 40;

Count connections_of(const KernelSample& sample) {
  Count sum;
  for (const auto& [state, count] : sample.sockets)
    if (state != "LISTEN") sum += count;
  return sum;
}

class Watch {
 public:
  Watch(const WatchPlan& plan, WatchWorld world, RunRecord& record)
      : plan_(plan),
        world_(std::move(world)),
        record_(record),
        began_(world_.clock.now()) {}

  Status look_on();
  Status conclude();
  Duration elapsed() const { return world_.clock.now() - began_; }

 private:
  bool over() const;
  Status still_there();
  Status wait();
  Status find_first_period();
  void tell_not_looked_at(std::string what);
  Status attach();
  Status first_attach();
  Status come_to_rest();
  Status begin_period();
  Status end_period(const KernelSample& kernel, bool first);
  Status read(bool last);
  Status look_at_heap(WatchReading& reading, bool last);
  Status account(const char* moment);
  std::vector<GrowingPlace> growing();
  Status zoom();
  Status find_who_holds();
  Status note_who_allocated(const Retention* all);
  std::string in_words() const;

  const WatchPlan& plan_;
  WatchWorld world_;
  RunRecord& record_;
  TimePoint began_;
  std::uint32_t period_ = 0;  // the one that has begun
  Duration period_began_{};
  std::optional<HeapSnapshot> first_;
  std::optional<HeapSnapshot> heap_;  // the latest
  std::map<SiteId, bool> zoomed_;
  std::optional<WatchReading> first_reading_;
  WatchReading latest_;
  Duration next_account_{};  // not before
  bool cannot_account_ = false;
  std::vector<std::string> not_looked_at_;  // and why
};

bool Watch::over() const {
  return world_.cancellation.requested() ||
         (plan_.for_long && elapsed() >= *plan_.for_long);
}

Status Watch::still_there() {
  if (!world_.target.exited()) return {};
  return fail(ErrorKind::kEnvironment,
              fmt::format("the service ended after {:.0f} s of the watch",
                          to_seconds(elapsed())));
}

// Until the next reading is due. Readings keep to the beat of the first.
Status Watch::wait() {
  const Duration so_far = elapsed();
  Duration until = plan_.every * (so_far / plan_.every + 1);
  if (plan_.for_long) until = std::min(until, *plan_.for_long);
  while (elapsed() < until && !world_.cancellation.requested()) {
    TIDEMARK_TRY(still_there());
    world_.clock.sleep(
        std::min<Duration>(until - elapsed(), std::chrono::seconds(1)));
  }
  return {};
}

Status Watch::attach() {
  if (!world_.heap) return {};
  Result<HeapDescription> about =
      world_.heap->attach(world_.target.processes());
  TIDEMARK_TRY(about);
  record_.service.allocator = about->allocator;
  record_.service.invisible = about->invisible;
  for (const std::string& what : not_looked_at_)
    record_.service.invisible.push_back(what);
  return {};
}

// A service that was started a moment ago may still be at loading its
// libraries, and the agent is one of them.
Status Watch::first_attach() {
  constexpr Duration kLoading = std::chrono::seconds(10);
  constexpr Duration kPause = std::chrono::milliseconds(10);
  for (const TimePoint until = world_.clock.now() + kLoading;;) {
    const Status attached = attach();
    if (attached || world_.clock.now() >= until ||
        world_.cancellation.requested() || world_.target.exited())
      return attached;
    world_.clock.sleep(kPause);
  }
}

// What a service allocates while it starts is not what grows. One that was
// loaded before it was ready is watched from a while later on.
Status Watch::come_to_rest() {
  constexpr Duration kRest = std::chrono::milliseconds(500);
  constexpr Duration kPatience = std::chrono::seconds(10);
  if (record_.service.attached || !world_.heap) return {};
  const Result<Settled> settled =
      wait_settled({world_.target, world_.heap, world_.kernel, world_.clock,
                    world_.cancellation},
                   kRest, kPatience);
  // An interrupt, or the service's end: the watch sees it, too.
  if (!settled && !world_.cancellation.requested() && !world_.target.exited())
    return fail(settled.error());
  began_ = world_.clock.now();
  return {};
}

// Births of an earlier watch may still be there: these begin behind them, as
// long as there are numbers enough.
Status Watch::find_first_period() {
  if (!world_.heap) return {};
  Result<HeapSnapshot> heap = world_.heap->snapshot();
  TIDEMARK_TRY(heap);
  for (const Ring& ring : heap->rings)
    period_ = std::max(period_, ring.born.value);
  if (period_ > kMaxCycles / 2) period_ = 0;
  return {};
}

Status Watch::begin_period() {
  period_began_ = elapsed();
  ++period_;
  return world_.heap ? world_.heap->begin_cycle({period_}) : Status{};
}

// The first is over at once: its snapshot is what the rest is measured from.
Status Watch::end_period(const KernelSample& kernel, bool first) {
  CycleFacts facts;
  facts.index = {period_};
  facts.kind = first ? CycleKind::kWarmup : CycleKind::kIdle;
  facts.started = period_began_;
  facts.finished = elapsed();
  if (heap_) {
    facts.counters = heap_->counters;
    facts.live = heap_->live_bytes;
  }
  record_.cycles.push_back(facts);
  KernelSample sample = kernel;
  sample.cycle = facts.index;
  sample.moment = first ? "baseline" : "settled";
  record_.kernel.push_back(std::move(sample));
  record_.took = elapsed();
  TIDEMARK_TRY(world_.observer.keep(record_));
  return period_ < kMaxCycles ? begin_period() : Status{};
}

// Whoever may not look into the service's pages is told so, and sees the rest.
Status Watch::account(const char* moment) {
  if (!world_.heap || cannot_account_) return {};
  const TimePoint begun = world_.clock.now();
  Result<MemoryAccount> account = world_.heap->account();
  next_account_ = elapsed() + kAccountShare * (world_.clock.now() - begun);
  if (!account) {
    cannot_account_ = true;
    tell_not_looked_at("where the memory is: " + account.error().message);
    return {};
  }
  account->moment = moment;
  // The first, and the latest in place of the one before it.
  if (record_.memory.size() > 1) record_.memory.pop_back();
  record_.memory.push_back(*std::move(account));
  return {};
}

// Several places may have one name.
std::vector<GrowingPlace> Watch::growing() {
  std::vector<GrownPlace> grown = grown_places(*first_, *heap_);
  if (grown.size() > kCandidates) grown.resize(kCandidates);
  std::vector<GrowingPlace> places;
  for (const GrownPlace& more : grown) {
    const std::string name =
        site_in_words(world_.heap->describe(more.sites.front().site));
    const auto same = std::find_if(
        places.begin(), places.end(),
        [&name](const GrowingPlace& place) { return place.place == name; });
    if (same == places.end()) {
      places.push_back({name, more.more, more.objects});
      continue;
    }
    same->bytes += more.more;
    same->objects += more.objects;
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const GrowingPlace& a, const GrowingPlace& b) {
                     return a.bytes > b.bytes;
                   });
  if (places.size() > kGrowingShown) places.resize(kGrowingShown);
  return places;
}

void Watch::tell_not_looked_at(std::string what) {
  record_.service.invisible.push_back(what);
  not_looked_at_.push_back(std::move(what));
}

// Whole stacks for what does not go away.
Status Watch::zoom() {
  std::vector<SiteId> fresh;
  for (const SiteId site : suspects(heap_->rings, heap_->taken_in))
    if (!std::exchange(zoomed_[site], true)) fresh.push_back(site);
  if (fresh.empty()) return {};
  return world_.heap->zoom(fresh);
}

Status Watch::look_at_heap(WatchReading& reading, bool last) {
  Result<HeapSnapshot> heap = world_.heap->snapshot();
  TIDEMARK_TRY(heap);
  WatchedHeap watched;
  // Those of a process that has ended are gone from the sum.
  if (heap_)
    watched.allocations = std::max(
        Count{}, heap->counters.allocations - heap_->counters.allocations);
  heap_ = *std::move(heap);
  if (!first_) first_ = heap_;
  record_.heap_counters = heap_->counters;
  watched.live = heap_->live_bytes + heap_->mapping_bytes;
  watched.live_objects = heap_->live_objects + heap_->mapping_objects;
  if (last || elapsed() >= next_account_) {
    TIDEMARK_TRY(account(first_reading_ ? "settled" : "baseline"));
    if (!cannot_account_) {
      const MemoryAccount& now = record_.memory.back();
      watched.allocator = now.live + now.rounding + now.pinned + now.free;
    }
  }
  watched.growing = growing();
  reading.heap = std::move(watched);
  return {};
}

Status Watch::read(bool last) {
  TIDEMARK_TRY(still_there());
  TIDEMARK_TRY(attach());
  WatchReading reading;
  reading.time = world_.wall();
  if (world_.heap) TIDEMARK_TRY(look_at_heap(reading, last));
  Result<KernelSample> kernel = world_.kernel.sample(world_.target.processes());
  TIDEMARK_TRY(kernel);
  reading.at = elapsed();
  reading.pss = kernel->pss;
  reading.rss = kernel->rss;
  reading.fds = kernel->fds.total();
  reading.threads = kernel->threads;
  reading.connections = connections_of(*kernel);
  reading.processes = kernel->processes;
  const bool first = !first_reading_;
  if (first) first_reading_ = reading;
  latest_ = reading;
  // No later than half an interval after it is due. The last number there is
  // stands for all the time that is left.
  const Duration due =
      std::max(plan_.every, elapsed() / kPeriodsPerSoFar) - plan_.every / 2;
  const bool ends = elapsed() - period_began_ >= due && period_ < kMaxCycles;
  if (first || last || ends) TIDEMARK_TRY(end_period(*kernel, first));
  if (!first && world_.heap) TIDEMARK_TRY(zoom());
  return world_.told(reading, record_);
}

Status Watch::look_on() {
  record_.phases.push_back({"start", {}, {}});
  TIDEMARK_TRY(world_.target.start());
  began_ = world_.clock.now();
  const std::vector<pid_t> processes = world_.target.processes();
  record_.service.pid = processes.empty() ? 0 : processes.front();
  TIDEMARK_TRY(first_attach());
  TIDEMARK_TRY(come_to_rest());
  TIDEMARK_TRY(find_first_period());
  TIDEMARK_TRY(begin_period());
  record_.phases.push_back({"watch", elapsed(), {}});
  TIDEMARK_TRY(read(false));
  for (bool last = false; !last;) {
    if (!over()) TIDEMARK_TRY(wait());
    last = over();
    TIDEMARK_TRY(read(last));
  }
  record_.phases.back().finished = elapsed();
  return {};
}

// "live heap 12.0 MiB → …" is a report's; here is what a watch can say.
std::string Watch::in_words() const {
  std::string text = fmt::format(
      "watched for {:.0f} s: nobody knows what others asked of it, so that "
      "what grows is told and not judged",
      to_seconds(elapsed()));
  if (!world_.heap) text += "; only the kernel's view was seen";
  return text;
}

Status Watch::conclude() {
  Judgement judgement;
  if (heap_) {
    judgement.findings =
        watched_growth(*first_, *heap_, record_.cycles, elapsed());
    for (const Finding& finding : judgement.findings)
      for (const SiteId site : finding.sites)
        describe_once(record_, site, *world_.heap);
    for (Finding& finding : judgement.findings)
      finding.fingerprint = fingerprint_of(finding, record_.sites);
    for (const MemoryAccount& account : record_.memory)
      for (const auto* sites : {&account.live_sites, &account.pinning_sites})
        for (const AccountSite& site : *sites)
          describe_once(record_, site.site, *world_.heap);
  }
  judgement.outcome = Outcome::kInconclusive;
  judgement.reason = in_words();
  record_.judgement = std::move(judgement);
  if (!heap_) return {};
  return plan_.holders ? find_who_holds() : note_who_allocated(nullptr);
}

Status Watch::note_who_allocated(const Retention* all) {
  note_holdings(record_, *heap_, all, *world_.heap);
  return {};
}

// The rest stands without it: what keeps us from looking is told.
Status Watch::find_who_holds() {
  std::vector<Finding>& findings = record_.judgement->findings;
  auto found = find_retainers(findings, first_->taken_in, *heap_, *world_.heap,
                              kFreezeTimeout);
  if (!found) tell_not_looked_at("who holds what: " + found.error().message);
  if (!found || !*found) return note_who_allocated(nullptr);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (!has_holders(findings[i])) continue;
    describe_holders(record_, (*found)->of_findings[i], *world_.heap);
    findings[i].retention = std::move((*found)->of_findings[i]);
  }
  return note_who_allocated((*found)->all ? &*(*found)->all : nullptr);
}

}  // namespace

void watch_service(const WatchPlan& plan, WatchWorld world, RunRecord& record) {
  Target& target = world.target;
  Observer& observer = world.observer;
  Watch watch(plan, std::move(world), record);
  record.watched = true;
  Status status = watch.look_on();
  // What was seen until the service ended is worth the same words.
  const Status concluded = watch.conclude();
  if (status) status = concluded;
  const ServiceExit exit = target.stop();
  if (!record.service.attached && (exit.code || exit.signal))
    record.service.exit = exit;
  record.service.left_behind = target.left_behind();
  record.service.last_output = target.last_output();
  if (!record.phases.empty()) record.phases.back().finished = watch.elapsed();
  if (!status) record.error = status.error();
  record.partial = false;
  record.took = watch.elapsed();
  if (Status kept = observer.keep(record); !kept && !record.error)
    record.error = kept.error();
}

}  // namespace tidemark
