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
// An event loop that does not turn is not waited for.
constexpr Duration kLongestTurn = seconds(2);
constexpr int kMostCollections = 3;

constexpr std::string_view kNothing = "{}";

}  // namespace

Result<NodeProcess> NodeProcess::attach(pid_t pid,
                                        const std::vector<std::uint16_t>& ports,
                                        Clock& clock) {
  Error why{ErrorKind::kEnvironment, "it listens on no port", {}};
  for (const std::uint16_t port : ports) {
    const Result<std::string> place = find_debugger(port, clock, kConnect);
    if (!place) {
      why.message = fmt::format("port {}: {}", port, place.error().message);
      continue;
    }
    Result<std::unique_ptr<Inspector>> inspector =
        Inspector::connect(port, *place, clock, kConnect);
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
  const Result<std::string> answer =
      call("Runtime.evaluate", evaluation_of(kVersions), kPatience);
  TIDEMARK_TRY(answer);
  const Result<std::string> versions = parse_text(*answer);
  TIDEMARK_TRY(versions);
  const std::size_t blank = std::min(versions->find(' '), versions->size());
  version_ = versions->substr(0, blank);
  if (version_.starts_with('v')) version_.erase(0, 1);
  engine_ = versions->substr(std::min(blank + 1, versions->size()));
  TIDEMARK_TRY(call("NodeRuntime.notifyWhenWaitingForDisconnect",
                    R"({"enabled":true})", kPatience));
  TIDEMARK_TRY(call("HeapProfiler.enable", kNothing, kPatience));
  return {};
}

Status NodeProcess::collect(TimePoint until) {
  Bytes before;
  for (int i = 0; i < kMostCollections; ++i) {
    const Duration left = until - clock_->now();
    if (left <= Duration{})
      return fail(ErrorKind::kEnvironment, "no answer in time");
    TIDEMARK_TRY(call("HeapProfiler.collectGarbage", kNothing, left));
    const Result<std::string> usage =
        call("Runtime.getHeapUsage", kNothing, left);
    TIDEMARK_TRY(usage);
    const Result<Bytes> used = parse_heap_usage(*usage);
    TIDEMARK_TRY(used);
    // Less than a thousandth was gained by the last: finalizers had no more
    // to give.
    if (i > 0 && before - *used < Bytes{before.value / 1000}) break;
    before = *used;
    TIDEMARK_TRY(call("Runtime.evaluate", evaluation_of(kTurn),
                      std::min(left, kLongestTurn)));
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
  TIDEMARK_TRY(inspector_->call(
      "HeapProfiler.takeHeapSnapshot", R"({"reportProgress":true})",
      kSilentSnapshot,
      [&parser](std::string_view chunk) { return parser.feed(chunk); }));
  return parser.finish();
}

}  // namespace tidemark::v8
