#include "harness/runtimes/v8/node_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/runtimes/v8/inspector_place.h"
#include "harness/runtimes/v8/snapshot_parser.h"

namespace tidemark::v8 {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Answers come from the process's main thread, which may be at work.
constexpr Duration kPatience = seconds(10);
// While V8 writes a snapshot, it says how far it is.
constexpr Duration kSilentSnapshot = seconds(60);
constexpr Duration kConnect = seconds(2);
constexpr int kMostCollections = 3;

constexpr std::string_view kNothing = "{}";

}  // namespace

Result<NodeProcess> NodeProcess::attach(pid_t pid,
                                        const std::vector<std::uint16_t>& ports,
                                        Clock& clock, Cancelled cancelled) {
  Error why{ErrorKind::kEnvironment, "it listens on no port", {}};
  for (const std::uint16_t port : ports) {
    const Result<std::string> place =
        find_debugger(port, clock, kConnect, cancelled);
    if (!place) {
      if (place.error().kind == ErrorKind::kInterrupted)
        return fail(place.error());
      why.message = fmt::format("port {}: {}", port, place.error().message);
      continue;
    }
    Result<std::unique_ptr<Inspector>> inspector =
        Inspector::connect(port, *place, clock, kConnect, cancelled);
    TIDEMARK_TRY(inspector);
    NodeProcess process(pid, *std::move(inspector), clock);
    TIDEMARK_TRY(process.greet());
    return process;
  }
  return fail(why);
}

Result<std::string> NodeProcess::call(std::string_view method,
                                      std::string_view parameters,
                                      Duration silence) {
  return inspector_->call(method, parameters, silence, {});
}

Status NodeProcess::greet() {
  // First of all: one that waits for its debuggers to leave answers the rest,
  // too, and would never say again that it waits.
  TIDEMARK_TRY(call("NodeRuntime.notifyWhenWaitingForDisconnect",
                    R"({"enabled":true})", kPatience));
  const Result<std::string> answer =
      call("Runtime.evaluate", evaluation_of(kVersions), kPatience);
  TIDEMARK_TRY(answer);
  const Result<std::string> versions = parse_text(*answer);
  TIDEMARK_TRY(versions);
  const std::size_t blank = std::min(versions->find(' '), versions->size());
  version_ = versions->substr(0, blank);
  if (version_.starts_with('v')) version_.erase(0, 1);
  engine_ = versions->substr(std::min(blank + 1, versions->size()));
  TIDEMARK_TRY(call("HeapProfiler.enable", kNothing, kPatience));
  return {};
}

Status NodeProcess::collect(TimePoint until) {
  // No call is made without a moment for its answer.
  const auto left = [this, until] {
    return std::max<Duration>(until - clock_->now(), milliseconds(100));
  };
  Bytes before;
  for (int i = 0; i < kMostCollections; ++i) {
    TIDEMARK_TRY(call("HeapProfiler.collectGarbage", kNothing, left()));
    const Result<std::string> usage =
        call("Runtime.getHeapUsage", kNothing, left());
    TIDEMARK_TRY(usage);
    const Result<Bytes> used = parse_heap_usage(*usage);
    TIDEMARK_TRY(used);
    // Less than a thousandth was gained by the last: finalizers had no more
    // to give.
    if (i > 0 && before - *used < Bytes{before.value / 1000}) break;
    before = *used;
    // As long as it takes: the service may be at work for seconds.
    TIDEMARK_TRY(call("Runtime.evaluate", evaluation_of(kTurn), left()));
  }
  return {};
}

Result<NodeFigures> NodeProcess::figures() {
  const Result<std::string> answer =
      call("Runtime.evaluate", evaluation_of(kFigures), kPatience);
  TIDEMARK_TRY(answer);
  return parse_figures(*answer);
}

Result<V8Snapshot> NodeProcess::snapshot() {
  SnapshotParser parser;
  // What is wrong with it is nothing that the user has given us.
  const auto ours = [](const Error& error) {
    return fail(ErrorKind::kEnvironment, error.message);
  };
  TIDEMARK_TRY(inspector_->call("HeapProfiler.takeHeapSnapshot",
                                R"({"reportProgress":true})", kSilentSnapshot,
                                [&](std::string_view chunk) -> Status {
                                  const Status fed = parser.feed(chunk);
                                  if (!fed) return ours(fed.error());
                                  return {};
                                }));
  Result<V8Snapshot> snapshot = parser.finish();
  if (!snapshot) return ours(snapshot.error());
  return snapshot;
}

}  // namespace tidemark::v8
