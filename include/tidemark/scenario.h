// What a scenario file says, after loading: plain data with every default
// filled in. harness/scenario/load.h makes one from YAML.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/units.h"

namespace tidemark {

// How the harness finds out that the service can be loaded. Exactly one of
// `tcp` and `output` is used; if both are empty, the load's own address is
// tried.
struct ReadyCheck {
  std::string tcp;     // "HOST:PORT" that must accept a connection
  std::string output;  // text that must appear on stdout or stderr
  Duration timeout = std::chrono::seconds(10);

  bool operator==(const ReadyCheck&) const = default;
};

struct StopRule {
  int signal = 15;
  Duration timeout = std::chrono::seconds(5);  // then SIGKILL, and it is said
  std::optional<int> expect_exit_code;

  bool operator==(const StopRule&) const = default;
};

enum class Runtime { kNative, kProcess };
enum class StackMode { kZoom, kAlways };
enum class ForkMode { kFollow, kIgnore };

struct TargetSpec {
  std::vector<std::string> command;  // never empty
  std::map<std::string, std::string> environment;
  std::string directory;  // empty: where tidemark was started
  ReadyCheck ready;
  StopRule stop;
  Runtime runtime = Runtime::kNative;
  // "" keeps the service's own; jemalloc, mimalloc, tcmalloc or the path of
  // a shared object is preloaded behind the agent.
  std::string allocator;
  StackMode stacks = StackMode::kZoom;
  ForkMode forks = ForkMode::kFollow;
  bool show_output = false;  // pass the service's output through

  bool operator==(const TargetSpec&) const = default;
};

// How a connection ends. Each has the mechanics of field/drivers.md §6.
enum class CloseBehavior { kGraceful, kReset, kFin };
inline constexpr std::size_t kCloseBehaviors = 3;

struct WeightedClose {
  CloseBehavior behavior = CloseBehavior::kGraceful;
  std::uint32_t weight = 1;   // relative to the others; > 0
  std::uint16_t code = 1000;  // graceful only: the close code sent

  bool operator==(const WeightedClose&) const = default;
};

enum class ReplyRule {
  kEcho,    // every message must come back unchanged, or it is an error
  kIgnore,  // replies are read and dropped
};

struct Traffic {
  std::uint32_t messages = 2;  // per connection and cycle; 0: none
  Bytes size{64};
  bool binary = true;
  ReplyRule replies = ReplyRule::kEcho;

  bool operator==(const Traffic&) const = default;
};

struct Timeouts {
  Duration connect = std::chrono::seconds(5);
  Duration handshake = std::chrono::seconds(5);
  Duration response = std::chrono::seconds(10);
  Duration close = std::chrono::seconds(5);

  bool operator==(const Timeouts&) const = default;
};

struct LoadSpec {
  std::string url;                  // ws://HOST:PORT/PATH
  std::uint32_t connections = 200;  // per full cycle
  double connect_rate = 0;          // per second; 0: as fast as accepted
  Duration hold = std::chrono::milliseconds(20);
  Traffic traffic;
  std::vector<WeightedClose> close{{}};        // never empty
  std::map<std::string, std::string> headers;  // of the handshake
  std::vector<std::string> subprotocols;
  Timeouts timeouts;
  std::uint64_t seed = 42;

  bool operator==(const LoadSpec&) const = default;
};

// How many cycles of each kind. The defaults are what `cycles: auto` means.
struct CycleSpec {
  std::uint32_t warmup_min = 3;
  std::uint32_t warmup_max = 10;
  std::uint32_t loaded = 6;
  std::uint32_t idle = 3;
  std::uint32_t half = 3;
  Duration settle = std::chrono::milliseconds(150);  // counters at rest
  Duration settle_timeout = std::chrono::seconds(3);
  Duration drain_timeout = std::chrono::seconds(10);
  // How long suspects are watched for a late release before the verdict.
  Duration linger = std::chrono::seconds(5);
  // The whole run; past it the run ends as an environment error.
  Duration max_duration = std::chrono::minutes(10);

  bool operator==(const CycleSpec&) const = default;
};

// Budgets. Absent: not judged, except that residue defaults to zero.
struct Expectations {
  Bytes residue_per_connection{0};
  std::optional<Bytes> peak_per_connection;
  std::optional<Count> fds{Count{0}};      // more than at the baseline
  std::optional<Count> threads;            // more than at the baseline
  std::optional<Count> sockets{Count{0}};  // more than at the baseline
  bool allow_time_growth = false;

  bool operator==(const Expectations&) const = default;
};

struct Scenario {
  std::string path;  // as given on the command line, for messages
  std::string name;
  std::string description;
  TargetSpec target;
  LoadSpec load;
  CycleSpec cycles;
  Expectations expect;

  bool operator==(const Scenario&) const = default;
};

}  // namespace tidemark
