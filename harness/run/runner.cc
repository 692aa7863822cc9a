#include "harness/run/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "harness/base/proc_tree.h"
#include "harness/run/callers.h"
#include "harness/run/class_counts.h"
#include "harness/run/evidence.h"
#include "harness/run/fingerprint.h"
#include "harness/run/load_in_words.h"
#include "harness/run/open_costs.h"
#include "harness/run/processes.h"
#include "harness/run/quiet.h"
#include "harness/run/retainers.h"
#include "harness/run/schedule.h"
#include "harness/run/service_exit.h"
#include "harness/run/summary.h"
#include "harness/run/suppress.h"
#include "harness/run/upstreams.h"
#include "harness/run/watch.h"
#include "harness/verdict/enough.h"
#include "harness/verdict/forecast.h"
#include "harness/verdict/judge.h"
#include "harness/verdict/plan.h"
#include "harness/verdict/sampled.h"
#include "harness/verdict/warmup.h"
#include "harness/verdict/ways_code.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

constexpr Duration kPurgeTimeout = std::chrono::seconds(10);
// Settling a service that is never at rest (it allocates on a timer) costs
// its full timeout once; after that this is enough.
constexpr Duration kRestlessTimeout = std::chrono::milliseconds(300);
// In how many cycles it is looked what open connections hold.
constexpr std::size_t kOpenCycles = 5;

class Run {
 public:
  Run(const Scenario& scenario, RunWorld world, RunRecord& record)
      : scenario_(scenario),
        world_(world),
        record_(record),
        quiet_{world.target, world.heap, world.kernel, world.clock,
               world.cancellation},
        upstreams_(world.standins),
        plan_(plan_cycles(scenario)),
        most_at_once_(
            warmup_cycle(scenario, 2).settings.concurrency.value_or(0)),
        started_(world.clock.now()) {
    state_.planned = plan_.size();
    for (const auto& [way, share] : way_shares(scenario)) ways_.push_back(way);
    if (world_.heap)
      world_.heap->on_progress(
          [&observer = world_.observer](const std::string& text) {
            observer.progress(text);
          });
  }

  Status measure();
  Status judge_evidence();
  void look_post_mortem();
  Duration elapsed() const { return world_.clock.now() - started_; }

  // Whatever way the run ended: our connections closed, the service stopped.
  // A run that failed stays in the phase that it was in.
  void stop_service(bool failed);
  Error cause_of(const Error& error) const;

 private:
  Status start();
  Status one_cycle(const PlannedCycle& planned, const std::string& title);
  Status load(const PlannedCycle& planned, Count before);
  Status exercise();
  void allow_the_agent();
  void note_memory_use();
  Status idle();
  Status sample_open(const CycleSettings& settings);
  Status zoom_open(const OpenMemory& memory);
  Evidence gather() const;
  bool wants_retainers() const;
  Status find_who_holds();
  Status find_open_holders(const OpenMemory& memory, const HeapSnapshot& heap);
  Status could_not_look(const Error& error);
  void tell_not_looked_at(std::string what);
  Status after_cycle(CycleFacts& facts);
  Status attach();
  Status take_snapshot();
  Status wanted_allocator() const;
  Status sample_kernel(const char* moment, std::uint32_t cycle);
  Status account(const char* moment);
  Status zoom_suspects();
  void tell_what_samples_show();
  Status linger();
  bool is_unpurged_moment() const;
  Duration how_long_to_watch();
  Duration time_left() const;
  bool is_late() const;
  bool is_due() const;
  bool cut_short();
  bool ends_here(bool due, bool more);
  bool knows_enough();
  Judgement judge_so_far();
  Duration oldest_age() const;
  void describe_findings();
  void judge_for_good(const Evidence& evidence);
  void excuse(std::vector<Finding>& findings, const DetectionLimit& limit);
  void begin_phase(const std::string& name);
  void list_processes_apart();
  Status keep();

  const Scenario& scenario_;
  RunWorld world_;
  RunRecord& record_;
  QuietWorld quiet_;
  Upstreams upstreams_;
  std::vector<PlannedCycle> plan_;
  std::uint32_t most_at_once_;  // of the factor's levels; 0: it is none
  std::vector<std::string> ways_;
  TimePoint next_look_{};
  bool cut_short_ = false;       // the time was over before the plan
  std::size_t watch_again_ = 0;  // not before so many measured cycles
  TimePoint started_;
  RunState state_;
  EvidenceBuilder evidence_;
  std::optional<HeapSnapshot> heap_;  // the latest
  Duration looked_at_{};              // when it was taken
  std::map<SiteId, Count> classes_at_baseline_;
  std::map<SiteId, bool> zoomed_;
  std::vector<std::string> not_looked_at_;  // and why
  std::vector<std::string> unrecorded_;     // as of the latest look
  std::string sampled_;  // what samples can show; empty: every block is there
  bool restless_ = false;
  Duration service_cpu_{};  // of this cycle, while it was played to
  Count allocations_;       // likewise
  Bytes limited_use_;       // likewise, the most
  Duration loaded_time_{};  // how long the latest loaded cycle was active
  bool zoomed_open_ = false;
  std::vector<OpenMemory> opens_;  // with more sites than the record has
  CycleSettings open_settings_;    // of theirs
  OpenMemory open_;                // the middle one
  std::optional<Retention> open_retention_;  // of open_, at full concurrency
};

void Run::begin_phase(const std::string& name) {
  if (!record_.phases.empty() && record_.phases.back().finished == Duration{})
    record_.phases.back().finished = elapsed();
  record_.phases.push_back({name, elapsed(), {}});
}

Status Run::keep() {
  record_.took = elapsed();
  record_.cycles = evidence_.cycles();
  record_.standins = upstreams_.record();
  return world_.observer.keep(record_);
}

Status Run::start() {
  begin_phase("start");
  world_.observer.progress("starting the service");
  TIDEMARK_TRY(world_.target.start());
  record_.service.ready_after = elapsed();
  record_.service.pid =
      world_.target.processes().empty() ? 0 : world_.target.processes()[0];
  TIDEMARK_TRY(attach());
  allow_the_agent();
  TIDEMARK_TRY(account("start"));
  upstreams_.begin();
  return keep();
}

Status Run::attach() {
  if (!world_.heap) return {};
  Result<HeapDescription> about =
      world_.heap->attach(world_.target.processes());
  TIDEMARK_TRY(about);
  record_.service.allocator = about->allocator;
  record_.service.facts = about->facts;
  if (!sampled_.empty()) record_.service.facts.push_back(sampled_);
  record_.service.invisible = about->invisible;
  for (const std::string& what : not_looked_at_)
    record_.service.invisible.push_back(what);
  unrecorded_ = about->unrecorded;
  return {};
}

// A figure of another allocator than the one asked for would be a wrong one.
// Which it is, is known once the service has allocated.
Status Run::wanted_allocator() const {
  const std::string& wanted = scenario_.target.allocator;
  const std::string& found = record_.service.allocator;
  const bool path = wanted.starts_with('/');
  if (wanted.empty() || path || found.empty() || found == "unknown" ||
      found == wanted)
    return {};
  return fail(ErrorKind::kEnvironment,
              fmt::format("target.allocator is {}, but the service allocates "
                          "with {}",
                          wanted, found),
              "it was preloaded and did not take effect: does the service, or "
              "a script that starts it, set LD_PRELOAD, or bring its own?");
}

Status Run::sample_kernel(const char* moment, std::uint32_t cycle) {
  Result<KernelSample> sample = world_.kernel.sample(world_.target.processes());
  TIDEMARK_TRY(sample);
  sample->cycle = {cycle};
  sample->moment = moment;
  record_.kernel.push_back(*sample);
  return {};
}

// Where the memory is. Whoever may not look into the service's pages has no
// account, and is told so; the verdict needs none.
Status Run::account(const char* moment) {
  if (!world_.heap) return {};
  Result<MemoryAccount> account = world_.heap->account();
  TIDEMARK_TRY(still_running(quiet_));
  if (!account) {
    tell_not_looked_at("where the memory is: " + account.error().message);
    return {};
  }
  account->moment = moment;
  if (!record_.kernel.empty())
    account->socket_queues = record_.kernel.back().socket_queues;
  record_.memory.push_back(*std::move(account));
  return {};
}

Status Run::take_snapshot() {
  if (!world_.heap) return {};
  Result<HeapSnapshot> heap = world_.heap->snapshot();
  TIDEMARK_TRY(heap);
  heap_ = *heap;
  looked_at_ = elapsed();
  record_.heap_counters = heap->counters;
  return {};
}

Status Run::load(const PlannedCycle& planned, Count before) {
  TIDEMARK_TRY(world_.driver.use(planned.settings));
  const std::optional<std::uint32_t>& at_once = planned.settings.concurrency;
  const Count most = at_once ? Count{*at_once} : planned.connections;
  const bool all_at_once = !at_once || most.value == most_at_once_;
  bool first = true;
  for (const WayCounts& wave : waves_of(planned.closes, most)) {
    // The wave before must be gone, or there would be more at once.
    if (!std::exchange(first, false))
      TIDEMARK_TRY(
          wait_drained(quiet_, before, scenario_.cycles.drain_timeout));
    Status opened = world_.driver.open(wave);
    // A service that dies under load is reported as that, not as refusals.
    TIDEMARK_TRY(still_running(quiet_));
    TIDEMARK_TRY(opened);
    TIDEMARK_TRY(exercise());
    if (all_at_once) TIDEMARK_TRY(sample_open(planned.settings));
    TIDEMARK_TRY(world_.driver.close());
  }
  return {};
}

// What the service spends on being played to, beside the driver's times.
Status Run::exercise() {
  const auto spent = [this]() -> Result<HeapCounters> {
    if (!world_.heap) return HeapCounters{};
    return world_.heap->counters();
  };
  const std::vector<pid_t> processes = world_.target.processes();
  const Duration cpu = world_.kernel.cpu_time(processes);
  const Result<HeapCounters> before = spent();
  TIDEMARK_TRY(before);
  TIDEMARK_TRY(world_.driver.exercise());
  const Result<HeapCounters> after = spent();
  TIDEMARK_TRY(after);
  note_memory_use();
  service_cpu_ += world_.kernel.cpu_time(processes) - cpu;
  allocations_ += after->allocations - before->allocations;
  return {};
}

// What the agent needs grows with the service's heap, and is not the service's.
void Run::allow_the_agent() {
  if (!world_.target.memory_use()) return;
  const Result<KernelSample> sample =
      world_.kernel.sample(world_.target.processes());
  if (sample) world_.target.allow_beside(sample->agent);
}

// With all connections open, when there is most of it.
void Run::note_memory_use() {
  allow_the_agent();
  const std::optional<MemoryUse> use = world_.target.memory_use();
  if (!use) return;
  limited_use_ = std::max(limited_use_, use->now);
  const Bytes most = record_.service.memory_limit
                         ? record_.service.memory_limit->now
                         : Bytes{};
  record_.service.memory_limit = use;
  record_.service.memory_limit->now = std::max(most, use->now);
}

// At full concurrency: what open connections cost, in a few cycles, as one
// moment may have more in flight than another. With a budget for it also
// before, while warming up, so that the sites have stacks in time.
Status Run::sample_open(const CycleSettings& settings) {
  const bool early = state_.stage == ScheduleStage::kWarmup && !zoomed_open_ &&
                     heap_ && scenario_.expect.peak_per_connection;
  const bool now = state_.stage == ScheduleStage::kMeasure && !record_.open;
  const Count connections = world_.driver.open_now();
  const bool again = !opens_.empty() && opens_.size() < kOpenCycles &&
                     connections == opens_.front().connections &&
                     settings == open_settings_;
  if ((!early && !now && !again) || connections.value == 0) return {};
  if (now) {
    TIDEMARK_TRY(sample_kernel("open", state_.cycles + 1));
    TIDEMARK_TRY(account("open"));
  }
  if (!world_.heap || !heap_) return {};
  Result<HeapSnapshot> open = world_.heap->snapshot();
  TIDEMARK_TRY(open);
  const OpenMemory memory = open_memory(*heap_, *open, connections);
  if (early) return zoom_open(memory);
  if (!open_retention_) TIDEMARK_TRY(find_open_holders(memory, *open));
  open_settings_ = settings;
  opens_.push_back(memory);
  open_ = middle_of(opens_);
  record_.open = open_;
  return {};
}

// Who holds what fills open connections beyond their budget: to be asked while
// they are open.
Status Run::find_open_holders(const OpenMemory& memory,
                              const HeapSnapshot& heap) {
  if (scenario_.target.retention == RetentionMode::kNever ||
      !costs_too_much(memory, scenario_.expect))
    return {};
  const CycleIndex before{heap.taken_in.value - 1};
  auto found = find_retainers({open_as_finding(memory)}, before, heap,
                              *world_.heap, kFreezeTimeout);
  if (!found) return could_not_look(found.error());
  if (*found) open_retention_ = std::move((*found)->of_findings.front());
  return {};
}

// The verdict stands without it: what keeps us from looking is told and does
// not fail the run.
Status Run::could_not_look(const Error& error) {
  TIDEMARK_TRY(still_running(quiet_));
  tell_not_looked_at("who holds what: " + error.message);
  return {};
}

// Once, however often it is tried, and whatever else becomes invisible.
void Run::tell_not_looked_at(std::string what) {
  if (std::find(not_looked_at_.begin(), not_looked_at_.end(), what) !=
      not_looked_at_.end())
    return;
  record_.service.invisible.push_back(what);
  not_looked_at_.push_back(std::move(what));
}

// Whole stacks for what fills open connections beyond their budget.
Status Run::zoom_open(const OpenMemory& memory) {
  zoomed_open_ = true;
  if (!costs_too_much(memory, scenario_.expect)) return {};
  std::vector<SiteId> fresh;
  for (const SiteId site : large_sites(memory))
    if (!std::exchange(zoomed_[site], true)) fresh.push_back(site);
  if (fresh.empty()) return {};
  evidence_.note_zoom(fresh);
  return world_.heap->zoom(fresh);
}

// An idle cycle takes as long as a loaded one and opens nothing: what grows
// now grows with time.
Status Run::idle() {
  TimePoint until = world_.clock.now() + loaded_time_;
  while (world_.clock.now() < until) {
    TIDEMARK_TRY(still_running(quiet_));
    world_.clock.sleep(std::min<Duration>(until - world_.clock.now(),
                                          std::chrono::milliseconds(50)));
  }
  return {};
}

Status Run::one_cycle(const PlannedCycle& planned, const std::string& title) {
  world_.observer.progress(title);
  CycleFacts facts;
  facts.index = {state_.cycles + 1};
  facts.kind = planned.kind;
  facts.settings = planned.settings;
  facts.started = elapsed();
  TIDEMARK_TRY(attach());
  if (world_.heap) TIDEMARK_TRY(world_.heap->begin_cycle(facts.index));
  Result<Count> before = world_.kernel.connections(world_.target.processes());
  TIDEMARK_TRY(before);

  world_.kernel.forget_peak(world_.target.processes());
  TimePoint active = world_.clock.now();
  Status done = planned.connections.value > 0 ? load(planned, *before) : idle();
  facts.load = world_.driver.take_counts();
  facts.pace = pace_of(world_.driver.take_times());
  facts.pace.service_cpu = std::exchange(service_cpu_, {});
  facts.pace.allocations = std::exchange(allocations_, {});
  facts.limited_use = std::exchange(limited_use_, {});
  record_.connections += facts.load;
  TIDEMARK_TRY(still_running(quiet_));
  TIDEMARK_TRY(done);
  TIDEMARK_TRY(enough_opened(scenario_, facts.load));
  // From here the driver holds no connection; the kernel must agree.
  Result<bool> drained =
      wait_drained(quiet_, *before, scenario_.cycles.drain_timeout);
  TIDEMARK_TRY(drained);
  facts.drained = *drained;
  TIDEMARK_TRY(upstreams_.wait_closed(quiet_, scenario_.cycles));
  if (planned.connections.value > 0) loaded_time_ = world_.clock.now() - active;
  return after_cycle(facts);
}

// Settled, purged, measured.
Status Run::after_cycle(CycleFacts& facts) {
  Result<Settled> settled = wait_settled(
      quiet_, scenario_.cycles.settle,
      restless_ ? kRestlessTimeout : scenario_.cycles.settle_timeout);
  TIDEMARK_TRY(settled);
  restless_ = restless_ || !settled->settled;
  facts.linger = settled->linger;
  facts.settled = settled->settled;
  if (state_.stage == ScheduleStage::kMeasure && is_unpurged_moment())
    TIDEMARK_TRY(account("unpurged"));
  if (world_.heap) {
    Result<PurgeRecord> purge = world_.heap->purge(kPurgeTimeout);
    TIDEMARK_TRY(purge);
    record_.purges.push_back(*purge);
  }
  TIDEMARK_TRY(still_running(quiet_));
  TIDEMARK_TRY(attach());
  TIDEMARK_TRY(wanted_allocator());
  TIDEMARK_TRY(take_snapshot());
  TIDEMARK_TRY(sample_kernel("settled", state_.cycles + 1));
  facts.finished = elapsed();
  if (heap_) {
    facts.counters = heap_->counters;
    facts.live = heap_->live_bytes;
  }
  facts.standins = upstreams_.end_cycle();
  evidence_.add_cycle(facts, heap_ ? &*heap_ : nullptr);
  if (!scenario_.cycles.planned && elapsed() > scenario_.cycles.max_duration)
    return fail(ErrorKind::kEnvironment,
                fmt::format("the run is longer than cycles.maxDuration, {} s",
                            to_seconds(scenario_.cycles.max_duration)),
                "ask for fewer cycles or connections, or raise maxDuration");
  return keep();
}

// How many connections it takes is said before they are made.
void Run::tell_what_samples_show() {
  if (!heap_ || heap_->sample_period.value <= 1) return;
  Count planned;
  for (const PlannedCycle& cycle : plan_) planned += cycle.connections;
  sampled_ = what_samples_show(heap_->sample_period, planned);
  record_.service.facts.push_back(sampled_);
  world_.observer.progress(sampled_);
}

// Whole stacks for what does not go away.
Status Run::zoom_suspects() {
  if (!heap_) return {};
  std::vector<SiteId> fresh;
  for (SiteId site : suspects(heap_->rings, heap_->taken_in))
    if (!zoomed_[site]) {
      zoomed_[site] = true;
      fresh.push_back(site);
    }
  if (fresh.empty()) return {};
  evidence_.note_zoom(fresh);
  return world_.heap->zoom(fresh);
}

// Before a purge, after a loaded cycle. Which is the last is not known of a
// planned run: there it is the one of which the open connections are known.
bool Run::is_unpurged_moment() const {
  if (!scenario_.cycles.planned) return state_.measured + 1 == plan_.size();
  const auto is_done = [](const MemoryAccount& account) {
    return account.moment == "unpurged";
  };
  return record_.open &&
         std::none_of(record_.memory.begin(), record_.memory.end(), is_done);
}

// Something young may go yet, or what is known so far says how long.
Duration Run::how_long_to_watch() {
  if (!heap_) return {};
  const Duration linger = scenario_.cycles.linger;
  if (evidence_.may_be_lingering(*heap_)) return linger;
  return worth_watching(judge_so_far().findings, linger, oldest_age());
}

// As of the latest snapshot.
Duration Run::oldest_age() const {
  return age_of_oldest(evidence_.cycles(), evidence_.baseline(), looked_at_);
}

Duration Run::time_left() const {
  return std::max(Duration{}, scenario_.cycles.max_duration - elapsed());
}

// Of a planned run: what is known by then is better than an error.
bool Run::is_late() const {
  return scenario_.cycles.planned &&
         time_left() < scenario_.cycles.max_duration / 10 * 2;
}

bool Run::cut_short() {
  record_.stopped_because = "cycles.maxDuration is nearly over";
  return cut_short_ = true;
}

// A heap of very many places takes long to judge: that is done seldom, then,
// and not at once after a watch.
bool Run::is_due() const {
  return state_.measured + 1 >= watch_again_ &&
         world_.clock.now() >= next_look_;
}

// Whether the cycles end here. What is known comes before the time that is
// over: only with `more` of them to come is anything cut short.
bool Run::ends_here(bool due, bool more) {
  const bool late = is_late();
  cut_short_ = false;  // or nothing could be known
  if ((due || late) && knows_enough()) return true;
  return more && late && cut_short();
}

// What would be said now. Rules of suppression count from the first look on:
// behind what they excuse there may be more.
Judgement Run::judge_so_far() {
  const Evidence evidence = gather();
  Judgement so_far = judge(evidence);
  if (world_.suppressions.empty() || !world_.heap) return so_far;
  record_.judgement = std::move(so_far);
  describe_findings();
  so_far = judge(evidence, [this](std::vector<Finding>& findings,
                                  const DetectionLimit& limit) {
    excuse(findings, limit);
  });
  record_.judgement.reset();
  return so_far;
}

// Of a planned run, whether another cycle would change the verdict.
bool Run::knows_enough() {
  if (!scenario_.cycles.planned) return false;
  record_.stopped_because.clear();
  if (!tried_all(evidence_.cycles(), evidence_.baseline(), ways_,
                 scenario_.cycles.factors))
    return false;
  const TimePoint begun = world_.clock.now();
  const Enough known = enough(gather(), judge_so_far());
  const TimePoint done = world_.clock.now();
  next_look_ = done + 3 * (done - begun);
  if (known.known) record_.stopped_because = known.why;
  return known.known;
}

Evidence Run::gather() const {
  std::optional<double> peak;
  if (record_.open)
    peak = static_cast<double>(record_.open->bytes.value) /
           static_cast<double>(record_.open->connections.value);
  Evidence evidence = evidence_.finish(scenario_.expect, record_.kernel,
                                       world_.heap != nullptr, peak);
  evidence.open = record_.open;
  evidence.unrecorded = unrecorded_;
  evidence.cut_short = cut_short_;
  evidence.memory = record_.memory;
  for (const StandInSpec& spec : scenario_.standins)
    if (!spec.expect_closed) evidence.may_stay.push_back(spec.name);
  evidence.message = message_word(scenario_);
  evidence.upstreams_at_end = upstreams_.open_now();
  return evidence;
}

Status Run::linger() {
  begin_phase("linger");
  while (state_.stage == ScheduleStage::kLinger) {
    Duration wait = next_wait(state_);
    world_.observer.progress(
        fmt::format("waiting for late releases: {:.1f} of {:.1f} s",
                    to_seconds(state_.waited), to_seconds(state_.wanted)));
    TimePoint until = world_.clock.now() + wait;
    while (world_.clock.now() < until) {
      TIDEMARK_TRY(still_running(quiet_));
      world_.clock.sleep(std::min<Duration>(until - world_.clock.now(),
                                            std::chrono::milliseconds(50)));
    }
    TIDEMARK_TRY(take_snapshot());
    // Descriptors may be late, too: these are the last cycle's from now on.
    TIDEMARK_TRY(sample_kernel("settled", state_.cycles));
    evidence_.add_linger(state_.waited + wait, *heap_);
    Learned learned{true, false, how_long_to_watch(), time_left()};
    if (ends_watch(state_, learned, wait))
      learned.enough = ends_here(true, state_.measured < plan_.size());
    state_ = advance(state_, learned, scenario_.cycles, wait);
  }
  // What looked like a leak is gone, and there may be another yet.
  if (state_.stage == ScheduleStage::kMeasure) {
    evidence_.forget_linger();
    constexpr std::size_t kBetweenWatches = 6;  // cycles
    watch_again_ = state_.measured + kBetweenWatches;
    begin_phase("cycles");
  }
  return keep();
}

Status Run::measure() {
  TIDEMARK_TRY(start());
  begin_phase("warm-up");
  while (state_.stage == ScheduleStage::kWarmup) {
    TIDEMARK_TRY(
        one_cycle(warmup_cycle(scenario_, state_.cycles + 1),
                  fmt::format("warm-up cycle {} (at most {}), {} connections",
                              state_.cycles + 1, scenario_.cycles.warmup_max,
                              connections_of(scenario_).value)));
    bool warm =
        !heap_ || warmup_done(evidence_.warmup_rings(), scenario_.cycles);
    const bool late = is_late() && cut_short();
    state_ = advance(state_, {warm, late, {}}, scenario_.cycles);
  }
  tell_what_samples_show();
  // From here the service is as warm as it gets: this snapshot is the
  // baseline, and what is born later and stays is residue.
  evidence_.set_baseline();
  if (heap_) classes_at_baseline_ = count_classes(*heap_);
  if (!record_.kernel.empty()) record_.kernel.back().moment = "baseline";
  TIDEMARK_TRY(account("baseline"));
  TIDEMARK_TRY(zoom_suspects());
  begin_phase("cycles");
  while (state_.stage == ScheduleStage::kMeasure) {
    const PlannedCycle& planned = plan_[state_.measured];
    TIDEMARK_TRY(one_cycle(
        planned, cycle_title(planned, state_.measured + 1, plan_.size(),
                             scenario_.cycles.planned)));
    const bool more = state_.measured + 1 < plan_.size();
    Learned learned{true, ends_here(is_due(), more), {}};
    if (learned.enough || !more) learned.watch = how_long_to_watch();
    learned.left = time_left();
    state_ = advance(state_, learned, scenario_.cycles);
    if (state_.measured >= 2) TIDEMARK_TRY(zoom_suspects());
    if (state_.stage == ScheduleStage::kLinger) TIDEMARK_TRY(linger());
  }
  return {};
}

// The kernel's view of each process by itself; what ends meanwhile is left out.
void Run::list_processes_apart() {
  std::vector<ProcessFacts> living;
  for (const pid_t pid : world_.target.processes()) {
    const Result<KernelSample> sample = world_.kernel.sample({pid});
    if (sample) living.push_back({pid, command_line_of(pid), sample->pss});
  }
  record_.service.processes = process_table(living, heap_, gather().baseline);
}

Status Run::judge_evidence() {
  begin_phase("verdict");
  list_processes_apart();
  if (heap_) {
    TIDEMARK_TRY(account("settled"));
  }
  if (record_.open) {
    record_.open = by_place(open_, *world_.heap);
    for (const OpenSite& site : record_.open->sites)
      describe_once(record_, site.site, *world_.heap);
  }
  Evidence evidence = gather();
  if (world_.heap) {
    note_ever_allocated(record_, *world_.heap);
    // What is one leak depends on who allocated it: names first, then again.
    record_.judgement = judge(evidence);
    describe_findings();
    for (const SiteRecord& site : record_.sites)
      evidence.callers[site.id] = callers_of(site);
  }
  judge_for_good(evidence);
  record_.forecast = world_.forecast;
  if (record_.forecast) add_forecasts(record_);
  if (world_.heap) describe_findings();
  if (heap_)
    tell_class_counts(record_.judgement->findings, classes_at_baseline_,
                      count_classes(*heap_), record_.sites);
  return find_who_holds();
}

// What stays and was to be watched for longer is not known to stay.
void Run::judge_for_good(const Evidence& evidence) {
  bool doubted = false;
  Judgement judgement = judge(evidence, [&](std::vector<Finding>& findings,
                                            const DetectionLimit& limit) {
    excuse(findings, limit);
    if (state_.missed > Duration{})
      doubted =
          doubt_unwatched(findings, scenario_.cycles.linger, oldest_age());
  });
  if (doubted && judgement.outcome != Outcome::kLeak) {
    judgement.outcome = Outcome::kInconclusive;
    judgement.reason = fmt::format(
        "what stays may go yet: cycles.linger asks to watch it for {:.1f} s "
        "more, and the time was over; cycles.maxDuration, raised, would "
        "decide it",
        to_seconds(state_.missed));
    record_.stopped_because = "cycles.maxDuration is over";
  }
  record_.judgement = std::move(judgement);
}

// Fingerprints need names, rules need fingerprints, the outcome needs both.
void Run::excuse(std::vector<Finding>& findings, const DetectionLimit& limit) {
  for (Finding& finding : findings)
    finding.fingerprint = fingerprint_of(finding, record_.sites);
  constexpr std::size_t kDay = 10;  // of "2026-11-21T15:00:00Z"
  record_.suppressions = suppress(
      world_.suppressions, findings,
      {record_.sites, record_.started_at.substr(0, kDay), limit.connections});
}

void Run::describe_findings() {
  for (const Finding& finding : record_.judgement->findings)
    for (SiteId site : finding.sites)
      describe_once(record_, site, *world_.heap);
  for (const MemoryAccount& account : record_.memory)
    for (const auto* sites : {&account.live_sites, &account.pinning_sites})
      for (const AccountSite& site : *sites)
        describe_once(record_, site.site, *world_.heap);
}

bool Run::wants_retainers() const {
  if (scenario_.target.retention == RetentionMode::kNever || !heap_)
    return false;
  if (scenario_.target.retention == RetentionMode::kAlways) return true;
  const std::vector<Finding>& findings = record_.judgement->findings;
  return std::any_of(findings.begin(), findings.end(), [](const Finding& f) {
    return has_holders(f) &&
           (f.fails ||
            (!f.suppressed && (f.kind == FindingClass::kUndecided ||
                               f.kind == FindingClass::kAllocatorRetained)));
  });
}

Status Run::find_who_holds() {
  std::vector<Finding>& findings = record_.judgement->findings;
  for (Finding& finding : findings) {
    if (finding.unit != kOpenConnection || !open_retention_) continue;
    finding.retention = open_retention_;
    describe_holders(record_, *open_retention_, *world_.heap);
  }
  if (!wants_retainers()) return {};
  TIDEMARK_TRY(keep());
  world_.observer.progress("looking for who holds what stayed");
  auto found = find_retainers(findings, evidence_.baseline(), *heap_,
                              *world_.heap, kFreezeTimeout);
  if (!found) return could_not_look(found.error());
  if (!*found) return {};
  note_holdings(record_, *heap_, (*found)->all ? &*(*found)->all : nullptr,
                *world_.heap);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (!has_holders(findings[i])) continue;
    if ((*found)->of_findings[i].objects.value == 0) continue;
    describe_holders(record_, (*found)->of_findings[i], *world_.heap);
    findings[i].retention = std::move((*found)->of_findings[i]);
  }
  return {};
}

// The segment outlives the service: what it held at its death.
void Run::look_post_mortem() {
  if (!world_.heap || !world_.target.exited()) return;
  Result<HeapSnapshot> heap = world_.heap->snapshot();
  if (!heap) return;
  record_.post_mortem = largest_holders(*heap, 10);
  heap_ = *heap;
  list_processes_apart();
  record_.heap_counters = heap->counters;
  note_ever_allocated(record_, *world_.heap);
  for (const LastHeld& held : record_.post_mortem)
    describe_once(record_, held.site, *world_.heap);
}

Error Run::cause_of(const Error& error) const {
  // Why one never was ready its target knows best.
  if (record_.service.pid == 0) return error;
  return tidemark::cause_of(error, quiet_);
}

void Run::stop_service(bool failed) {
  if (!failed) begin_phase("stop");
  record_.standins = upstreams_.record();
  note_memory_use();
  const ServiceExit exit = world_.target.stop();
  // A service that was attached to goes on; how it ended, if it did, is told
  // to its parent alone.
  const bool started = exit.code || exit.signal;
  if (!record_.service.attached && started) record_.service.exit = exit;
  record_.service.left_behind = world_.target.left_behind();
  record_.service.last_output = world_.target.last_output();
  record_.phases.back().finished = elapsed();
}

}  // namespace

void run_scenario(const Scenario& scenario, RunWorld world, RunRecord& record) {
  record.scenario_path = scenario.path;
  record.scenario_name = scenario.name;
  record.service.command = scenario.target.command;
  record.service.attached = scenario.target.pid != 0;
  Run run(scenario, world, record);
  Status status = run.measure();
  if (status) status = run.judge_evidence();
  if (!status) status = fail(run.cause_of(status.error()));
  if (!status) run.look_post_mortem();
  run.stop_service(!status);
  if (status && record.service.exit)
    status = check_exit(scenario.target.stop, *record.service.exit);
  if (!status) record.error = status.error();
  if (record.error) blame_memory_limit(record);
  record.partial = !status.has_value();
  record.took = run.elapsed();
  if (Status kept = world.observer.keep(record); !kept && !record.error)
    record.error = kept.error();
}

}  // namespace tidemark
