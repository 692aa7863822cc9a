// A driver under test and how its cycles are run and accounted for.
#pragma once

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "drivers/common/cycle_driver.h"
#include "drivers/common/load_url.h"
#include "drivers/websocket/protocol.h"
#include "tests/unit/drivers/websocket/servers.h"

namespace tidemark::websocket_test {

using std::chrono::milliseconds;

class SteadyClock final : public Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
  void sleep(Duration) override {}
};

class EventCancellation final : public Cancellation {
 public:
  EventCancellation() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~EventCancellation() override { ::close(fd_); }
  bool requested() const override { return requested_; }
  int wait_fd() const override { return fd_; }
  void request() {
    requested_ = true;
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(fd_, &one, sizeof(one)), 8);
  }

 private:
  int fd_;
  std::atomic<bool> requested_ = false;
};

inline int open_sockets() {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto link = std::filesystem::read_symlink(entry.path(), gone);
    if (link.string().starts_with("socket:")) ++count;
  }
  return count;
}

inline WayCounts plan(std::int64_t graceful, std::int64_t reset = 0,
                      std::int64_t fin = 0) {
  WayCounts counts{
      {"graceful", {graceful}}, {"reset", {reset}}, {"fin", {fin}}};
  std::erase_if(counts, [](const auto& way) { return way.second.value == 0; });
  return counts;
}

using Reasons = std::map<std::string, Count>;

inline Result<EngineSetup> make_websocket_setup(const LoadSpec& spec) {
  Result<LoadUrl> url = parse_load_url(spec.url, {"ws", "wss"});
  TIDEMARK_TRY(url);
  Result<std::unique_ptr<Protocol>> protocol =
      make_websocket_protocol(spec, *url);
  TIDEMARK_TRY(protocol);
  return make_engine_setup(spec, *url, *std::move(protocol), {}, "");
}

inline Result<std::unique_ptr<Driver>> make_websocket_driver(
    const LoadSpec& spec, Clock& clock, Cancellation& cancellation) {
  Result<EngineSetup> setup = make_websocket_setup(spec);
  TIDEMARK_TRY(setup);
  return make_cycle_driver(*std::move(setup), clock, cancellation);
}

class WebsocketDriver : public testing::Test {
 protected:
  static LoadSpec spec(const std::string& url) {
    LoadSpec spec;
    spec.url = url;
    spec.hold = milliseconds(0);
    spec.close = {{CloseBehavior::kGraceful},
                  {CloseBehavior::kReset},
                  {CloseBehavior::kFin}};
    return spec;
  }

  std::unique_ptr<Driver> make(const LoadSpec& load) {
    auto driver = make_websocket_driver(load, clock_, cancellation_);
    if (!driver) {
      ADD_FAILURE() << driver.error().message;
      return nullptr;
    }
    return *std::move(driver);
  }

  // Opens, exercises, closes; each attempted connection is accounted for.
  LoadCounts cycle(Driver& driver, std::int64_t n, WayCounts closes) {
    Count planned;
    for (const auto& [way, count] : closes) planned += count;
    closes["graceful"] += Count{n} - planned;  // the rest
    const Status opened = driver.open(closes);
    EXPECT_TRUE(opened) << opened.error().message;
    const Status exercised = driver.exercise();
    EXPECT_TRUE(exercised) << exercised.error().message;
    const Status closed = driver.close();
    EXPECT_TRUE(closed) << closed.error().message;
    EXPECT_EQ(driver.open_now().value, 0);
    return accounted(driver.take_counts());
  }

  static LoadCounts accounted(const LoadCounts& counts) {
    Count ended = counts.refused + counts.failed + counts.early_closed;
    for (const auto& [way, closed] : counts.closed) ended += closed;
    EXPECT_EQ(ended, counts.attempted);
    return counts;
  }

  LoadCounts cycle(const LoadSpec& load, std::int64_t n,
                   const WayCounts& closes) {
    const std::unique_ptr<Driver> driver = make(load);
    return driver ? cycle(*driver, n, closes) : LoadCounts{};
  }

  SteadyClock clock_;
  EventCancellation cancellation_;
};

}  // namespace tidemark::websocket_test
