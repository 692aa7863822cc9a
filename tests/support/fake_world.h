// A world without processes and sockets for the runner: a service whose
// memory behaves as a test says.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/support/manual_clock.h"
#include "tidemark/cancellation.h"
#include "tidemark/driver.h"
#include "tidemark/observer.h"
#include "tidemark/probe.h"
#include "tidemark/standin.h"
#include "tidemark/target.h"

namespace tidemark {

class FakeCancellation final : public Cancellation {
 public:
  bool requested() const override { return asked; }
  int wait_fd() const override { return -1; }
  bool asked = false;
};

class FakeTarget final : public Target {
 public:
  Status start() override {
    started = true;
    return start_result;
  }
  std::vector<pid_t> processes() const override { return {4711}; }
  std::optional<ServiceExit> exited() override { return exit; }
  ServiceExit stop() override {
    stopped = true;
    return exit.value_or(ServiceExit{0, {}, false});
  }
  std::vector<std::string> last_output() const override { return {"bye"}; }

  Status start_result;
  std::optional<ServiceExit> exit;
  bool started = false;
  bool stopped = false;
};

// Blocks of 96 bytes at site 1, as many per connection as `kept` says.
class FakeHeap final : public HeapProbe {
 public:
  Result<HeapDescription> attach(const std::vector<pid_t>&) override {
    return HeapDescription{"fake", unrecorded, unrecorded, {}};
  }
  Status begin_cycle(CycleIndex cycle) override {
    if (cycle.value > kMaxCycles)
      return fail(ErrorKind::kBug, "there is no such cycle");
    now = cycle;
    return {};
  }
  Result<HeapCounters> counters() override { return counts; }
  Result<PurgeRecord> purge(Duration) override {
    if (on_purge) TIDEMARK_TRY(on_purge());
    return PurgeRecord{now, "fake", {}, {}, {}};
  }
  Result<HeapSnapshot> snapshot() override {
    HeapSnapshot heap;
    heap.taken_in = now;
    for (const auto& [born, objects] : survivors) {
      heap.rings.push_back({1, {born}, {objects}, {objects * 96}});
      heap.live_objects.value += objects;
      heap.live_bytes.value += objects * 96;
    }
    if (!survivors.empty())
      heap.sites.push_back({1, MemoryKind::kHeap, {96}, false, 1, 0, {}});
    heap.counters = counts;
    return heap;
  }
  Result<MemoryAccount> account() override {
    if (!accountable)
      return fail(ErrorKind::kEnvironment, "its pages may not be looked into");
    MemoryAccount account;
    account.cycle = now;
    account.pss = {1 << 20};
    account.live = {1 << 20};
    return account;
  }
  Status zoom(const std::vector<SiteId>& sites) override {
    zoomed.insert(zoomed.end(), sites.begin(), sites.end());
    return {};
  }
  Result<std::vector<std::unique_ptr<FrozenHeap>>> freeze(Duration) override {
    ++freezes;
    if (freeze_error) return fail(*freeze_error);
    std::vector<std::unique_ptr<FrozenHeap>> copies;
    if (on_freeze) copies.push_back(on_freeze());
    return copies;
  }
  SiteRecord describe(SiteId site) override {
    SiteRecord record;
    record.id = site;
    record.frames.push_back({"guilty()", "guilty.cc", 7, "service"});
    return record;
  }

  CycleIndex now;
  HeapCounters counts;
  std::map<std::uint32_t, std::int64_t> survivors;  // by birth cycle
  std::vector<SiteId> zoomed;
  std::function<std::unique_ptr<FrozenHeap>()> on_freeze;
  std::optional<Error> freeze_error;
  std::function<Status()> on_purge;
  std::vector<std::string> unrecorded;
  int freezes = 0;
  bool accountable = true;
};

class FakeKernel final : public KernelProbe {
 public:
  Result<KernelSample> sample(const std::vector<pid_t>&) override {
    KernelSample sample;
    sample.processes = {1};
    sample.threads = {1};
    return sample;
  }
  Result<Count> connections(const std::vector<pid_t>&) override {
    return Count{stuck};
  }
  std::int64_t stuck = 0;  // sockets that never go away
};

class FakeDriver final : public Driver {
 public:
  explicit FakeDriver(FakeHeap& heap) : heap_(heap) {}

  Status open(const WayCounts& plan) override {
    Count connections;
    for (const auto& [way, count] : plan) connections += count;
    counts.attempted += connections;
    plan_.clear();
    if (refuse) {
      counts.refused += connections;
      counts.reasons["connection refused"] += connections;
      return {};
    }
    if (!ends_before_the_handshake) counts.opened += connections;
    open_ = connections;
    plan_ = plan;
    if (on_open) on_open();
    return {};
  }
  Status exercise() override { return {}; }
  Status close() override {
    for (const auto& [way, count] : plan_) counts.closed[way] += count;
    if (kept_per_connection > 0)
      heap_.survivors[heap_.now.value] += open_.value * kept_per_connection;
    heap_.counts.allocations += open_;
    open_ = {};
    if (on_close) on_close();
    return {};
  }
  Count open_now() const override { return open_; }
  LoadCounts take_counts() override { return std::exchange(counts, {}); }

  bool refuse = false;
  bool ends_before_the_handshake = false;
  std::int64_t kept_per_connection = 0;
  std::function<void()> on_open;
  std::function<void()> on_close;
  LoadCounts counts;

 private:
  FakeHeap& heap_;
  Count open_;
  WayCounts plan_;
};

// Connections come and go as a test says.
class FakeStandIn final : public StandIn {
 public:
  explicit FakeStandIn(std::string name) : name_(std::move(name)) {}

  const std::string& name() const override { return name_; }
  std::uint16_t port() const override { return 1; }
  StandInCounts counts() const override {
    if (on_look) on_look();
    return seen;
  }
  std::vector<StandInConnection> open_connections(
      std::size_t limit) const override {
    std::vector<StandInConnection> open;
    for (std::int64_t i = 0; i < seen.open.value && open.size() < limit; ++i)
      open.push_back({{i + 1}, "GET /feed", {}, {10}, {20}});
    return open;
  }

  void open(std::int64_t count) {
    seen.accepted += Count{count};
    seen.open += Count{count};
    seen.requests += Count{2 * count};
    seen.received += Bytes{10 * count};
    seen.sent += Bytes{20 * count};
  }
  void close(std::int64_t count) { seen.open -= Count{count}; }

  StandInCounts seen;
  std::function<void()> on_look;

 private:
  std::string name_;
};

class FakeObserver final : public Observer {
 public:
  void progress(const std::string& text) override { texts.push_back(text); }
  Status keep(const RunRecord& record) override {
    kept.push_back(record);
    return {};
  }
  std::vector<std::string> texts;
  std::vector<RunRecord> kept;
};

}  // namespace tidemark
