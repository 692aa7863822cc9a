#include "tests/support/sim/simulate.h"

#include <utility>

#include "harness/run/runner.h"
#include "harness/verdict/plan.h"
#include "tests/support/fake_world.h"
#include "tests/support/manual_clock.h"
#include "tests/support/sim/level_view.h"

namespace tidemark {
namespace {

// What one connection and one cycle take, of the service and of ours.
constexpr Duration kPerConnection = std::chrono::microseconds(200);
constexpr Duration kBetweenCycles = std::chrono::milliseconds(200);

// The fake one keeps every record: a thousand runs need none.
class Silent final : public Observer {
 public:
  void progress(const std::string&) override {}
  Status keep(const RunRecord&) override { return {}; }
};

// The service in its world: time passes for it when somebody looks.
class Simulation {
 public:
  Simulation(const SimCase& of, const SimParameters& with, std::uint64_t seed)
      : random_(seed), service_{heap_, random_, with} {
    heap_.catch_up = [this] { catch_up(); };
    heap_.on_snapshot = [this] {
      for (const SimHabit& habit : service_.habits)
        if (habit.look) habit.look();
    };
    add_background(service_);
    truth_ = of.build(service_);
  }

  void play(const SimWave& wave) {
    catch_up();
    for (const SimHabit& habit : service_.habits)
      if (habit.wave) habit.wave(wave);
    heap_.churned(4 * wave.connections, {512});
  }

  ManualClock& clock() { return clock_; }
  SimHeap& heap() { return heap_; }
  const SimTruth& truth() const { return truth_; }

 private:
  void catch_up() {
    const Duration passed = clock_.now() - seen_;
    if (passed <= Duration{}) return;
    seen_ = clock_.now();
    for (const SimHabit& habit : service_.habits)
      if (habit.pass) habit.pass(to_seconds(passed));
  }

  ManualClock clock_;
  TimePoint seen_ = clock_.now();
  SimHeap heap_;
  SimRandom random_;
  SimService service_;
  SimTruth truth_;
};

class SimDriver final : public Driver {
 public:
  SimDriver(Simulation& simulation, const Traffic& traffic)
      : simulation_(simulation), traffic_(traffic) {}

  Status use(const CycleSettings& settings) override {
    settings_ = settings;
    return {};
  }
  Status open(const WayCounts& plan) override {
    plan_ = plan;
    open_ = {};
    for (const auto& [way, count] : plan) open_ += count;
    counts_.attempted += open_;
    counts_.opened += open_;
    simulation_.clock().advance(open_.value * kPerConnection);
    return {};
  }
  Status exercise() override {
    simulation_.clock().advance(std::chrono::milliseconds(20));
    return {};
  }
  Status close() override {
    SimWave wave{open_.value, plan_,
                 settings_.messages.value_or(traffic_.messages),
                 settings_.size.value_or(traffic_.size).value};
    simulation_.play(wave);
    for (const auto& [way, count] : plan_) counts_.closed[way] += count;
    counts_.messages_sent += Count{wave.connections * wave.messages};
    open_ = {};
    return {};
  }
  Count open_now() const override { return open_; }
  LoadCounts take_counts() override { return std::exchange(counts_, {}); }

 private:
  Simulation& simulation_;
  Traffic traffic_;
  CycleSettings settings_;
  LoadCounts counts_;
  Count open_;
  WayCounts plan_;
};

}  // namespace

Scenario sim_scenario(const SimCase& of, const SimParameters& with) {
  Scenario scenario;
  scenario.name = of.name;
  scenario.target.command = {"simulated"};
  LoadSpec& flow = scenario.flows[0];
  flow.url = "ws://127.0.0.1:1/";
  flow.connections = static_cast<std::uint32_t>(
      of.connections > 0 ? of.connections : with.connections);
  flow.traffic.messages = static_cast<std::uint32_t>(with.messages);
  for (const CloseBehavior close : of.closes)
    flow.close.push_back({close, 1, 1000});
  for (std::size_t i = 0; i < of.weights.size(); ++i)
    flow.close[i].weight = of.weights[i];
  return scenario;
}

SimResult simulate(const SimCase& of, const SimParameters& with,
                   std::uint64_t seed, const Scenario& scenario, SimView view) {
  Simulation simulation(of, with, seed);
  LevelView levels(simulation.heap());
  HeapProbe& heap = view == SimView::kLevels ? static_cast<HeapProbe&>(levels)
                                             : simulation.heap();
  FakeTarget target;
  FakeKernel kernel;
  SimDriver driver(simulation, scenario.flows[0].traffic);
  FakeCancellation cancellation;
  Silent observer;
  SimResult result;
  run_scenario(scenario,
               {target, &heap, kernel, driver, simulation.clock(), cancellation,
                observer},
               result.record);
  result.truth = simulation.truth();
  return result;
}

struct SimSeries::State {
  State(const SimCase& of, const SimParameters& with, std::uint64_t seed)
      : simulation(of, with, seed), scenario(sim_scenario(of, with)) {}
  Simulation simulation;
  Scenario scenario;
  std::uint32_t cycle = 0;
};

SimSeries::SimSeries(const SimCase& of, const SimParameters& with,
                     std::uint64_t seed)
    : state_(std::make_unique<State>(of, with, seed)) {}

SimSeries::~SimSeries() = default;

double SimSeries::play(std::int64_t connections) {
  Simulation& simulation = state_->simulation;
  (void)simulation.heap().begin_cycle({++state_->cycle});
  const Traffic& traffic = state_->scenario.flows[0].traffic;
  if (connections > 0)
    simulation.play({connections,
                     mix_closes(state_->scenario, Count{connections}),
                     traffic.messages, traffic.size.value});
  simulation.clock().advance(connections * kPerConnection + kBetweenCycles);
  (void)simulation.heap().snapshot();
  const std::int64_t own = simulation.heap().live_objects(kFirstOwnCaller);
  const bool any = simulation.heap().has_callers(kFirstOwnCaller);
  return static_cast<double>(any ? own
                                 : simulation.heap().live_at(kInFlightCaller));
}

const SimTruth& SimSeries::truth() const { return state_->simulation.truth(); }

}  // namespace tidemark
