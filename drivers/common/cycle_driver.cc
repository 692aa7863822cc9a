#include "drivers/common/cycle_driver.h"

#include <utility>

#include "drivers/common/close_plan.h"
#include "drivers/common/pacer.h"

namespace tidemark {
namespace {

// Connections on the way at once when no rate is asked for.
constexpr std::int64_t kMaxInFlight = 256;

class CycleDriver final : public Driver, private EngineUser {
 public:
  CycleDriver(Clock& clock, std::uint64_t seed)
      : clock_(clock), random_(seed + 1) {}

  Status begin(EngineSetup setup, Cancellation& cancellation) {
    Result<std::unique_ptr<FlowEngine>> engine =
        FlowEngine::make(std::move(setup), clock_, cancellation, *this);
    TIDEMARK_TRY(engine);
    engine_ = *std::move(engine);
    return {};
  }

  Status open(const WayCounts& plan) override {
    const std::vector<std::uint16_t> ways =
        assign_ways(plan, engine_->spec(), random_);
    const Count wanted{static_cast<std::int64_t>(ways.size())};
    engine_->reserve(engine_->alive() + ways.size());
    const Pacer pacer(engine_->spec().connect_rate, clock_.now());
    std::size_t started = 0;
    while (started < ways.size() || engine_->in_flight().value > 0) {
      TimePoint next = TimePoint::max();
      while (started < ways.size()) {
        if (pacer.unlimited()) {
          if (engine_->in_flight().value >= kMaxInFlight) break;
        } else {
          next = pacer.due(Count{static_cast<std::int64_t>(started)});
          if (next > clock_.now()) break;
          next = TimePoint::max();
        }
        engine_->start(ways[started++], wanted);
      }
      if (started == ways.size() && engine_->in_flight().value == 0) break;
      TIDEMARK_TRY(engine_->turn(next));
    }
    // An error of this machine's may have come with the last of them.
    return engine_->turn(clock_.now());
  }

  Status exercise() override {
    const TimePoint began = clock_.now();
    for (const SlotId id : engine_->open_ids())
      engine_->play(id, iteration_++, clock_.now());
    while (engine_->playing().value > 0)
      TIDEMARK_TRY(engine_->turn(TimePoint::max()));
    playing_ += clock_.now() - began;
    const TimePoint end = clock_.now() + engine_->spec().hold;
    while (clock_.now() < end) TIDEMARK_TRY(engine_->turn(end));
    return {};
  }

  Status close() override {
    // Those that the service has ended already are not ours to end.
    engine_->look_around();
    for (const SlotId id : engine_->open_ids()) engine_->end(id);
    while (engine_->alive() > 0) TIDEMARK_TRY(engine_->turn(TimePoint::max()));
    return engine_->turn(clock_.now());
  }

  // What lingers in its way holds a connection of the service, too.
  Count open_now() const override {
    return Count{static_cast<std::int64_t>(engine_->alive())} -
           engine_->in_flight();
  }
  LoadCounts take_counts() override { return engine_->take_counts(); }
  LoadTimes take_times() override {
    FlowTimes& times = engine_->times();
    return {std::exchange(times.request_service, {}),
            std::exchange(times.handshake, {}), std::exchange(playing_, {})};
  }

 private:
  void on_open(SlotId) override {}
  void on_played(SlotId id, bool) override { engine_->rest(id); }
  void on_gone(SlotId, Fate) override {}

  Clock& clock_;
  Random random_;
  std::unique_ptr<FlowEngine> engine_;
  std::uint64_t iteration_ = 0;
  Duration playing_{};
};

}  // namespace

Result<std::unique_ptr<Driver>> make_cycle_driver(EngineSetup setup,
                                                  Clock& clock,
                                                  Cancellation& cancellation) {
  const std::uint64_t seed = setup.spec.seed;
  auto driver = std::make_unique<CycleDriver>(clock, seed);
  TIDEMARK_TRY(driver->begin(std::move(setup), cancellation));
  return driver;
}

}  // namespace tidemark
