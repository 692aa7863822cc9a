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
// Who has which page takes long in a large service: at most this share of an
// interval is spent on it.
constexpr int kAccountShare = 20;

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
  Status wait();
  Status attach();
  Status first_attach();
  Status come_to_rest();
  Status begin_period();
  Status end_period(const KernelSample& kernel);
  Status read(bool last);
  Status look_at_heap(WatchReading& reading, bool last);
  Status account(const char* moment);
  std::vector<GrowingPlace> growing();
  Status zoom();
  std::string in_words() const;

  const WatchPlan& plan_;
  WatchWorld world_;
  RunRecord& record_;
  TimePoint began_;
  std::uint32_t periods_ = 0;  // that have begun
  Duration period_began_{};
  std::optional<HeapSnapshot> first_;
  std::optional<HeapSnapshot> heap_;  // the latest
  std::map<SiteId, bool> zoomed_;
  std::optional<WatchReading> first_reading_;
  WatchReading latest_;
  Duration account_took_{};
  bool cannot_account_ = false;
};

bool Watch::over() const {
  return world_.cancellation.requested() ||
         (plan_.for_long && elapsed() >= *plan_.for_long);
}

// Until the next reading is due. Readings keep to the beat of the first.
Status Watch::wait() {
  const Duration so_far = elapsed();
  Duration until = plan_.every * (so_far / plan_.every + 1);
  if (plan_.for_long) until = std::min(until, *plan_.for_long);
  while (elapsed() < until && !world_.cancellation.requested()) {
    if (const std::optional<ServiceExit> exit = world_.target.exited())
      return fail(ErrorKind::kEnvironment,
                  fmt::format("the service ended after {:.0f} s of the watch",
                              to_seconds(elapsed())));
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

Status Watch::begin_period() {
  period_began_ = elapsed();
  ++periods_;
  return world_.heap ? world_.heap->begin_cycle({periods_}) : Status{};
}

// The first is over at once: its snapshot is what the rest is measured from.
Status Watch::end_period(const KernelSample& kernel) {
  CycleFacts facts;
  facts.index = {periods_};
  facts.kind = periods_ == 1 ? CycleKind::kWarmup : CycleKind::kIdle;
  facts.started = period_began_;
  facts.finished = elapsed();
  if (heap_) {
    facts.counters = heap_->counters;
    facts.live = heap_->live_bytes;
  }
  record_.cycles.push_back(facts);
  KernelSample sample = kernel;
  sample.cycle = facts.index;
  sample.moment = periods_ == 1 ? "baseline" : "settled";
  record_.kernel.push_back(std::move(sample));
  record_.took = elapsed();
  TIDEMARK_TRY(world_.observer.keep(record_));
  return begin_period();
}

// Whoever may not look into the service's pages is told so once, and sees the
// rest.
Status Watch::account(const char* moment) {
  if (!world_.heap || cannot_account_) return {};
  const TimePoint begun = world_.clock.now();
  Result<MemoryAccount> account = world_.heap->account();
  account_took_ = world_.clock.now() - begun;
  if (!account) {
    cannot_account_ = true;
    record_.service.invisible.push_back("where the memory is: " +
                                        account.error().message);
    return {};
  }
  account->moment = moment;
  // The first, and the latest in place of the one before it.
  if (record_.memory.size() > 1) record_.memory.pop_back();
  record_.memory.push_back(*std::move(account));
  return {};
}

std::vector<GrowingPlace> Watch::growing() {
  std::vector<GrowingPlace> places;
  const OpenMemory more =
      by_place(open_memory(*first_, *heap_, {1}), *world_.heap, kGrowingShown);
  for (const OpenSite& site : more.sites)
    places.push_back({site.place, site.bytes, site.objects});
  return places;
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
  watched.allocations =
      heap_ ? heap->counters.allocations - heap_->counters.allocations
            : Count{};
  heap_ = *std::move(heap);
  if (!first_) first_ = heap_;
  record_.heap_counters = heap_->counters;
  watched.live = heap_->live_bytes + heap_->mapping_bytes;
  watched.live_objects = heap_->live_objects + heap_->mapping_objects;
  if (last || account_took_ * kAccountShare <= plan_.every) {
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
  const Duration due =
      std::max(plan_.every, elapsed() / kPeriodsPerSoFar) - plan_.every / 2;
  if (first || last || elapsed() - period_began_ >= due)
    TIDEMARK_TRY(end_period(*kernel));
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
  TIDEMARK_TRY(begin_period());
  record_.phases.push_back({"watch", elapsed(), {}});
  TIDEMARK_TRY(read(false));
  while (!over()) {
    TIDEMARK_TRY(wait());
    TIDEMARK_TRY(read(over()));
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
  if (!plan_.holders) {
    note_holdings(record_, *heap_, nullptr, *world_.heap);
    return {};
  }
  std::vector<Finding>& findings = record_.judgement->findings;
  auto found = find_retainers(findings, first_->taken_in, *heap_, *world_.heap,
                              kFreezeTimeout);
  TIDEMARK_TRY(found);
  if (!*found) return {};
  note_holdings(record_, *heap_, &(*found)->all, *world_.heap);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (!has_holders(findings[i])) continue;
    describe_holders(record_, (*found)->of_findings[i], *world_.heap);
    findings[i].retention = std::move((*found)->of_findings[i]);
  }
  return {};
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
