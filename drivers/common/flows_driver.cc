#include "drivers/common/flows_driver.h"

#include <functional>
#include <thread>
#include <utility>

namespace tidemark {
namespace {

class FlowsDriver final : public Driver {
 public:
  explicit FlowsDriver(std::vector<std::unique_ptr<Driver>> flows)
      : flows_(std::move(flows)) {}

  Status use(const CycleSettings& settings) override {
    for (const auto& flow : flows_) TIDEMARK_TRY(flow->use(settings));
    return {};
  }
  Status open(const WayCounts& plan) override {
    return all([&](Driver& flow) { return flow.open(plan); });
  }
  Status exercise() override {
    return all([](Driver& flow) { return flow.exercise(); });
  }
  Status close() override {
    return all([](Driver& flow) { return flow.close(); });
  }
  Count open_now() const override {
    Count sum;
    for (const auto& flow : flows_) sum += flow->open_now();
    return sum;
  }
  LoadCounts take_counts() override {
    LoadCounts sum = std::exchange(left_, {});
    for (const auto& flow : flows_) sum += flow->take_counts();
    return sum;
  }
  LoadTimes take_times() override {
    LoadTimes all;
    for (const auto& flow : flows_) all.merge_parallel(flow->take_times());
    return all;
  }

 private:
  Status all(const std::function<Status(Driver&)>& call) {
    if (flows_.empty())
      return fail(ErrorKind::kBug, "a load that has failed was used again");
    std::vector<Status> results(flows_.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < flows_.size(); ++i)
      threads.emplace_back([&, i] { results[i] = call(*flows_[i]); });
    results[0] = call(*flows_[0]);
    for (std::thread& thread : threads) thread.join();
    for (const Status& result : results) {
      if (result) continue;
      end_all();
      return fail(result.error());
    }
    return {};
  }

  // One has failed and holds no socket: neither may the others.
  void end_all() {
    for (const auto& flow : flows_) left_ += flow->take_counts();
    flows_.clear();
  }

  std::vector<std::unique_ptr<Driver>> flows_;
  LoadCounts left_;  // of flows that are no more
};

}  // namespace

std::unique_ptr<Driver> make_flows_driver(
    std::vector<std::unique_ptr<Driver>> flows) {
  return std::make_unique<FlowsDriver>(std::move(flows));
}

}  // namespace tidemark
