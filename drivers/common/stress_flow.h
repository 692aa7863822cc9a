// One flow of a stress run: arrivals by rate or by connections, on a schedule
// that never waits for the service, with the driver's own health beside it.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "drivers/common/arrivals.h"
#include "drivers/common/engine.h"
#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/driver.h"
#include "tidemark/histogram.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark {

// What is shown while it runs; read from any thread.
struct StressProgress {
  std::atomic<std::int64_t> iterations{0};
  std::atomic<std::int64_t> dropped{0};
  std::atomic<std::int64_t> open{0};
  std::atomic<std::int64_t> errors{0};
  // No more arrivals; what is under way has gracefulStop from now on.
  std::atomic<bool> stop{false};
  std::atomic<bool> give_up{false};  // nor that: no connection is left
};

struct StressFlowResult {
  LoadCounts counts;
  FlowTimes times;
  // Of iterations; all that were due are in one of these.
  Count iterations;  // that ran to their end, or as far as their way lets them
  Count failed;      // that did not
  Count dropped;     // that were due while all connections were busy
  Count most_open;
  // How late the driver was with what was due: iterations where there is a
  // schedule, its own clock ticks elsewhere.
  Histogram lag;
  double cpu_seconds = 0;  // of the thread that ran it
  double cpu = 0;          // share of a core while there was a schedule
  double cpu_most = 0;     // and in its busiest second
  // What everything else here was counted in: from its own start, which is
  // after startAfter, to the end of its schedule or the last iteration's,
  // whichever comes later; closes are not waited for. Equal: it never began.
  TimePoint began;
  TimePoint ended;

  double seconds() const { return to_seconds(ended - began); }
};

// Used from one thread, but for progress().
class StressFlow final : private EngineUser {
 public:
  // REQUIRES: setup.spec.stress.
  static Result<std::unique_ptr<StressFlow>> make(EngineSetup setup,
                                                  Clock& clock,
                                                  Cancellation& cancellation);

  // Runs to the end of the schedule, counted from `start` (and the flow's
  // own startAfter), or until it is told to stop, and until what is under way
  // has ended or the graceful stop is over. After an error no connection is
  // left.
  Status run(TimePoint start);

  StressProgress& progress() { return progress_; }
  // Before run(): whether snapshot() will be asked for.
  void keep_snapshots() { keeps_snapshots_ = true; }
  // The figures so far, at most a second old. From any thread.
  StressFlowResult snapshot() const;
  // After run().
  StressFlowResult take_result();

 private:
  StressFlow(Clock& clock, const LoadSpec& spec);

  void on_open(SlotId id) override;
  void on_played(SlotId id, bool whole) override;
  void on_gone(SlotId id, Fate fate) override;

  Status wait_for_start();
  Status play_schedule();
  // Not on its way out.
  std::int64_t staying() const {
    return (engine_->open_now() + engine_->in_flight()).value;
  }
  bool is_told_to_stop() const { return progress_.stop || progress_.give_up; }
  void begin_stop(TimePoint now);
  double cpu_share() const;
  void dispatch_due();
  void dispatch(TimePoint due);
  void adjust();
  void start_one();
  void end_idle();
  void play(SlotId id, TimePoint due);
  void tick();
  bool by_rate() const;
  std::uint16_t draw_way();
  TimePoint next_wake() const;

  // What is known of the connection in a place of the engine's slab.
  struct Place {
    SlotId id;
    TimePoint due;  // of the iteration that it was started for
    std::uint32_t played = 0;
    bool has_due = false;
    bool idle = false;
    bool busy = false;  // its iteration has neither ended nor failed
  };
  Place& place(SlotId id);
  Place taken_from(SlotId id);
  bool runs_ahead() const;

  Clock& clock_;
  StressSpec spec_;
  Arrivals arrivals_;
  Random random_;
  std::unique_ptr<FlowEngine> engine_;
  Count most_;  // connections at once
  std::vector<std::uint32_t> way_weights_;
  std::uint32_t weights_ = 0;

  StressProgress progress_;
  StressFlowResult result_;
  std::optional<Duration> next_arrival_;
  std::deque<TimePoint> waiting_;  // iterations without a connection yet
  std::vector<SlotId> idle_;
  std::vector<Place> places_;
  TimePoint start_;
  TimePoint end_;
  TimePoint last_;  // once stopping: of what is under way
  TimePoint next_tick_;
  TimePoint next_second_;
  TimePoint may_start_;  // not before: the service refused the last one
  Duration back_off_{};
  Duration open_gap_{};  // between new connections, without arrivals
  double cpu_at_start_ = 0;
  double cpu_at_second_ = 0;
  std::uint64_t iteration_ = 0;
  bool stopping_ = false;
  bool keeps_snapshots_ = false;
  mutable std::mutex snapshot_mutex_;
  StressFlowResult snapshot_;
};

}  // namespace tidemark
