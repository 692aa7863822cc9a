#include "drivers/common/varied_driver.h"

#include <map>
#include <utility>

namespace tidemark {
namespace {

class VariedDriver final : public Driver {
 public:
  VariedDriver(std::unique_ptr<Driver> plain, MakeDriver make)
      : make_(std::move(make)) {
    current_ = plain.get();
    drivers_.emplace(CycleSettings{}, std::move(plain));
  }

  Status use(const CycleSettings& settings) override {
    // Concurrency is the caller's: it makes no other driver.
    const CycleSettings key{settings.size, settings.messages, {}};
    auto found = drivers_.find(key);
    if (found == drivers_.end()) {
      Result<std::unique_ptr<Driver>> made = make_(key);
      TIDEMARK_TRY(made);
      found = drivers_.emplace(key, *std::move(made)).first;
    }
    current_ = found->second.get();
    return {};
  }
  Status open(const WayCounts& plan) override { return current_->open(plan); }
  Status exercise() override { return current_->exercise(); }
  Status close() override { return current_->close(); }
  Count open_now() const override { return current_->open_now(); }
  LoadCounts take_counts() override {
    LoadCounts sum;
    for (const auto& [settings, driver] : drivers_)
      sum += driver->take_counts();
    return sum;
  }
  // Only the one that was used last has played.
  LoadTimes take_times() override { return current_->take_times(); }

 private:
  MakeDriver make_;
  std::map<CycleSettings, std::unique_ptr<Driver>> drivers_;
  Driver* current_;
};

}  // namespace

std::unique_ptr<Driver> make_varied_driver(std::unique_ptr<Driver> plain,
                                           MakeDriver make) {
  return std::make_unique<VariedDriver>(std::move(plain), std::move(make));
}

}  // namespace tidemark
