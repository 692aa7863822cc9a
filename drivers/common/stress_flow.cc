#include "drivers/common/stress_flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <utility>

namespace tidemark {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(10);
constexpr Duration kSecond = std::chrono::seconds(1);
// Connections on the way at once when none is limited by a rate.
constexpr std::int64_t kMaxInFlight = 256;
// After a refusal, so that a dead service is not hammered.
constexpr Duration kFirstBackOff = std::chrono::milliseconds(10);
constexpr Duration kLastBackOff = std::chrono::seconds(1);
// Iterations that wait for one of a fixed number of connections.
constexpr std::size_t kMaxWaiting = 1'000'000;

double thread_cpu() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) +
         static_cast<double>(used.tv_nsec) * 1e-9;
}

}  // namespace

StressFlow::StressFlow(Clock& clock, const LoadSpec& spec)
    : clock_(clock),
      spec_(*spec.stress),
      arrivals_(*spec.stress, spec.seed),
      random_(spec.seed + 4) {
  for (const WeightedClose& close : spec.close) {
    way_weights_.push_back(close.weight);
    weights_ += close.weight;
  }
}

Result<std::unique_ptr<StressFlow>> StressFlow::make(
    EngineSetup setup, Clock& clock, Cancellation& cancellation) {
  std::unique_ptr<StressFlow> flow(new StressFlow(clock, setup.spec));
  if (setup.open_rate > 0 && !has_arrivals(flow->spec_))
    flow->open_gap_ = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(1 / setup.open_rate));
  setup.as_needed = has_arrivals(flow->spec_);
  Result<std::unique_ptr<FlowEngine>> engine =
      FlowEngine::make(std::move(setup), clock, cancellation, *flow);
  TIDEMARK_TRY(engine);
  flow->engine_ = *std::move(engine);
  const StressSpec& spec = flow->spec_;
  flow->most_ =
      Count{has_arrivals(spec) ? spec.max_connections
                               : static_cast<std::int64_t>(peak_of(spec))};
  // Those that end slowly have not left their places yet.
  flow->engine_->reserve(static_cast<std::size_t>(flow->most_.value) * 2 +
                         1024);
  return flow;
}

bool StressFlow::by_rate() const {
  return has_arrivals(spec_) || spec_.rate > 0;
}

StressFlow::Place& StressFlow::place(SlotId id) {
  if (id.index >= places_.size()) places_.resize(id.index + 1u);
  Place& found = places_[id.index];
  if (!(found.id == id)) found = Place{id, {}, 0, false, false, false};
  return found;
}

// What was known of a connection that is gone. Its place may have another by
// now, which must not be disturbed.
StressFlow::Place StressFlow::taken_from(SlotId id) {
  if (id.index >= places_.size() || !(places_[id.index].id == id))
    return Place{id, {}, 0, false, false, false};
  return std::exchange(places_[id.index], Place{});
}

// Whether every connection plays on until the end, whatever comes.
bool StressFlow::runs_ahead() const {
  return spec_.reuse && !by_rate() && spec_.requests_per_connection == 0 &&
         spec_.executor == Executor::kConstantConnections;
}

std::uint16_t StressFlow::draw_way() {
  if (way_weights_.size() == 1) return 0;
  std::uint32_t drawn = random_.below(weights_);
  for (std::size_t way = 0; way < way_weights_.size(); ++way) {
    if (drawn < way_weights_[way]) return static_cast<std::uint16_t>(way);
    drawn -= way_weights_[way];
  }
  return 0;
}

Status StressFlow::run(TimePoint start) {
  start_ = start + spec_.start_after;
  end_ = start_ + length_of(spec_);
  TIDEMARK_TRY(wait_for_start());
  if (is_told_to_stop()) return {};
  next_tick_ = start_ + kTick;
  next_second_ = start_ + kSecond;
  may_start_ = start_;
  cpu_at_start_ = cpu_at_second_ = thread_cpu();
  if (by_rate()) next_arrival_ = arrivals_.next();
  engine_->run_ahead(runs_ahead());
  result_.began = result_.ended = start_;
  const Status played = play_schedule();
  if (!played) result_.ended = clock_.now();
  result_.cpu_seconds = thread_cpu() - cpu_at_start_;
  return played;
}

Status StressFlow::wait_for_start() {
  while (clock_.now() < start_ && !is_told_to_stop())
    TIDEMARK_TRY(engine_->turn(start_));
  return {};
}

Status StressFlow::play_schedule() {
  while (true) {
    const TimePoint now = clock_.now();
    if (is_told_to_stop()) begin_stop(now);
    // What was due before the end is not lost if this loop comes late.
    dispatch_due();
    if (now >= end_) begin_stop(now);
    adjust();
    tick();
    if (stopping_) {
      end_idle();
      if (engine_->alive() == 0) return {};
      if (now >= last_ || progress_.give_up) {
        engine_->give_up(now >= last_
                             ? "still under way at the end of gracefulStop"
                             : "still under way when the run was ended");
        return {};
      }
    }
    TIDEMARK_TRY(engine_->turn(next_wake()));
  }
}

// Nothing more is due; what is under way may end until gracefulStop is over.
void StressFlow::begin_stop(TimePoint now) {
  if (stopping_) return;
  stopping_ = true;
  result_.ended = std::min(now, end_);
  last_ = result_.ended + spec_.graceful_stop;
  engine_->run_ahead(false);  // last replies are waited for
  // Waiting for them is no work, and would make a busy driver look idle.
  result_.cpu = cpu_share();
  result_.cpu_most = std::max(result_.cpu_most, result_.cpu);
}

// The processor's time is asked for before the clock is: what the asking
// costs would otherwise be work without time, and a driver that is busy for a
// millisecond only would use more than its core. Where the kernel counts the
// processor's time in ticks it may still run ahead of the clock.
double StressFlow::cpu_share() const {
  const double used = thread_cpu() - cpu_at_start_;
  const double span = to_seconds(clock_.now() - start_);
  return span > 0 ? std::min(used / span, 1.0) : 0;
}

TimePoint StressFlow::next_wake() const {
  const TimePoint next = std::max(next_tick_, clock_.now());
  if (stopping_ || !next_arrival_) return next;
  return std::min(next, start_ + *next_arrival_);
}

// The driver's own pulse: how late it comes tells how busy the driver is.
void StressFlow::tick() {
  const TimePoint now = clock_.now();
  if (now < next_tick_) return;
  if (!by_rate() && !stopping_) result_.lag.record(now - next_tick_);
  next_tick_ = std::max(next_tick_ + kTick, now);
  result_.most_open = std::max(result_.most_open, engine_->open_now());
  progress_.open = engine_->open_now().value;
  progress_.iterations = result_.iterations.value;
  progress_.dropped = result_.dropped.value;
  progress_.errors = engine_->times().request_errors.value;
  if (now < next_second_) return;
  const double cpu = thread_cpu();
  const double span = to_seconds(now - next_second_ + kSecond);
  result_.cpu_most =
      std::max(result_.cpu_most, std::min((cpu - cpu_at_second_) / span, 1.0));
  cpu_at_second_ = cpu;
  if (keeps_snapshots_) {
    const std::lock_guard lock(snapshot_mutex_);
    snapshot_ = result_;
    snapshot_.counts = engine_->counts();
    snapshot_.times = engine_->times();
    snapshot_.began = start_;
    snapshot_.ended = now;
    snapshot_.cpu_seconds = cpu - cpu_at_start_;
    if (!stopping_) snapshot_.cpu = cpu_share();
  }
  next_second_ = now + kSecond;
}

void StressFlow::dispatch_due() {
  while (!stopping_ && next_arrival_) {
    const TimePoint due = start_ + *next_arrival_;
    const TimePoint now = clock_.now();
    if (due > now) return;
    result_.lag.record(now - due);
    dispatch(due);
    next_arrival_ = arrivals_.next();
  }
}

// An iteration is due: on a connection that is idle, on a new one, or not.
void StressFlow::dispatch(TimePoint due) {
  while (!idle_.empty()) {
    const SlotId id = idle_.back();
    idle_.pop_back();
    place(id).idle = false;
    if (!engine_->is_open(id)) continue;
    play(id, due);
    return;
  }
  if (!has_arrivals(spec_)) {
    // A fixed number of connections: it waits for one, and the wait counts.
    if (waiting_.size() < kMaxWaiting)
      waiting_.push_back(due);
    else
      result_.dropped += Count{1};
    return;
  }
  if (engine_->alive() >= spec_.max_connections) {
    result_.dropped += Count{1};
    return;
  }
  waiting_.push_back(due);
  start_one();
}

void StressFlow::start_one() {
  const SlotId id = engine_->start(draw_way(), most_);
  Place& started = place(id);
  if (open_gap_ > Duration{})
    may_start_ = std::max(may_start_, clock_.now() + open_gap_);
  if (!has_arrivals(spec_) || waiting_.empty()) return;
  started.due = waiting_.front();
  started.has_due = true;
  waiting_.pop_front();
  // It may have opened, and asked what to do, before it had a place.
  if (engine_->is_open(id) && started.idle) {
    started.idle = false;
    idle_.erase(std::remove(idle_.begin(), idle_.end(), id), idle_.end());
    play(id, started.due);
  }
}

// As many connections as the schedule wants by now.
void StressFlow::adjust() {
  if (has_arrivals(spec_) || stopping_) return;
  const TimePoint now = clock_.now();
  const auto wanted = static_cast<std::int64_t>(
      std::llround(connections_at(spec_, now - start_)));
  std::int64_t alive = static_cast<std::int64_t>(engine_->alive());
  while (alive < wanted && now >= may_start_ &&
         engine_->in_flight().value < kMaxInFlight) {
    start_one();
    ++alive;
  }
  // Those that are on their way out count no more, or each of them would
  // take another one with it.
  while (staying() > wanted && !idle_.empty()) {
    const SlotId id = idle_.back();
    idle_.pop_back();
    engine_->end(id);
  }
}

void StressFlow::end_idle() {
  result_.dropped += Count{static_cast<std::int64_t>(waiting_.size())};
  waiting_.clear();
  for (const SlotId id : std::exchange(idle_, {})) engine_->end(id);
}

void StressFlow::play(SlotId id, TimePoint due) {
  Place& played = place(id);
  ++played.played;
  played.has_due = false;
  played.busy = true;
  engine_->play(id, iteration_++, due);
}

void StressFlow::on_open(SlotId id) {
  back_off_ = Duration{};
  Place& opened = place(id);
  if (opened.has_due) {
    play(id, opened.due);
  } else if (!by_rate() && !stopping_) {
    play(id, clock_.now());
  } else if (!waiting_.empty() && !has_arrivals(spec_)) {
    const TimePoint due = waiting_.front();
    waiting_.pop_front();
    play(id, due);
  } else {
    opened.idle = true;
    idle_.push_back(id);
  }
}

void StressFlow::on_played(SlotId id, bool whole) {
  if (whole)
    result_.iterations += Count{1};
  else
    result_.failed += Count{1};
  if (stopping_) result_.ended = clock_.now();
  Place& played = place(id);
  played.busy = false;
  const bool worn = spec_.requests_per_connection > 0 &&
                    played.played >= spec_.requests_per_connection;
  if (!whole || !spec_.reuse || worn || stopping_) {
    engine_->end(id);
    return;
  }
  if (!engine_->is_open(id)) return;  // the service closes after this one
  if (!by_rate()) {
    const bool surplus =
        spec_.executor == Executor::kRampingConnections &&
        static_cast<double>(staying()) >
            connections_at(spec_, engine_->instant() - start_) + 0.5;
    if (surplus)
      engine_->end(id);
    else
      play(id, engine_->instant());
    return;
  }
  if (!waiting_.empty() && !has_arrivals(spec_)) {
    const TimePoint due = waiting_.front();
    waiting_.pop_front();
    play(id, due);
    return;
  }
  played.idle = true;
  idle_.push_back(id);
}

void StressFlow::on_gone(SlotId id, Fate fate) {
  const Place gone = taken_from(id);
  if (gone.idle)
    idle_.erase(std::remove(idle_.begin(), idle_.end(), id), idle_.end());
  if (fate == Fate::kNeverOpened) {
    result_.failed += Count{1};
    back_off_ = std::clamp(2 * back_off_, kFirstBackOff, kLastBackOff);
    may_start_ = std::max(may_start_, clock_.now() + back_off_);
    return;
  }
  // Half a handshake, an illegal one: there never was more to it.
  if (gone.has_due) result_.iterations += Count{1};
  if (gone.busy) {
    result_.failed += Count{1};
    if (stopping_) result_.ended = clock_.now();
  }
  if (engine_->giving_up()) return;
  if (has_arrivals(spec_) || stopping_) return;
  // At once: a churn that waited for a tick would be the driver's pace.
  const bool steady = spec_.executor == Executor::kConstantConnections;
  if (steady && engine_->alive() < spec_.connections &&
      clock_.now() >= may_start_ && clock_.now() < end_)
    start_one();
}

StressFlowResult StressFlow::snapshot() const {
  const std::lock_guard lock(snapshot_mutex_);
  return snapshot_;
}

StressFlowResult StressFlow::take_result() {
  result_.counts = engine_->take_counts();
  result_.times = std::exchange(engine_->times(), FlowTimes{});
  return std::move(result_);
}

}  // namespace tidemark
