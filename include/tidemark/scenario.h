// What a scenario file says, after loading: plain data with every default
// filled in. harness/scenario/load.h makes one from YAML.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/matrix.h"
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

enum class Runtime { kNative, kProcess, kGo, kJvm, kV8 };

// As PprofAccess::rate: whatever the service has.
inline constexpr std::uint64_t kServicesOwnRate = 0;

// Where a Go service shows its profiles, and how one gets in. Certificates are
// paths of PEM files.
struct PprofAccess {
  // "http://HOST:PORT/debug/pprof/", https: or unix:/PATH for a socket; empty:
  // that folder at the load's own address.
  std::string url;
  std::string user;
  std::string password;
  std::string bearer;  // a token
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  bool verify = true;  // false: any certificate will do
  // Mean number of bytes between samples. 1: every block. Absent: a service
  // that is started is given 1, one that runs already keeps its own.
  std::optional<std::uint64_t> rate;
  Duration timeout = std::chrono::seconds(30);  // of each profile

  bool operator==(const PprofAccess&) const = default;
};
enum class StackMode { kZoom, kAlways };
enum class ForkMode { kFollow, kIgnore };
// When a copy of the service is taken to see who holds what: when something
// stayed that the verdict blames or doubts, after every run, or never.
enum class RetentionMode { kFindings, kAlways, kNever };

// A file that the service is given, written from a template before it starts.
struct TemplateFile {
  std::string path;  // of the template, beside the scenario
  std::string text;  // its content, once it has been read

  bool operator==(const TemplateFile&) const = default;
};

struct TargetSpec {
  std::vector<std::string> command;  // empty: pid
  int pid = 0;  // of a service that runs already; 0: command
  std::map<std::string, std::string> environment;
  // By the name that each has in the folder {{ files }}.
  std::map<std::string, TemplateFile> files;
  std::string directory;  // empty: where tidemark was started
  ReadyCheck ready;
  StopRule stop;
  Runtime runtime = Runtime::kNative;
  PprofAccess pprof;  // of a Go service
  // The folder of the JDK whose jcmd is used; empty: the service's own, then
  // JAVA_HOME.
  std::string jdk;
  // "" keeps the service's own; jemalloc, mimalloc, tcmalloc or the path of
  // a shared object is preloaded behind the agent.
  std::string allocator;
  StackMode stacks = StackMode::kZoom;
  ForkMode forks = ForkMode::kFollow;
  RetentionMode retention = RetentionMode::kFindings;
  Bytes memory_limit;        // of all its processes; 0: none
  bool show_output = false;  // pass the service's output through

  bool operator==(const TargetSpec&) const = default;
};

// Which protocol the load speaks.
enum class Engine { kWebSocket, kHttp, kRedis, kTcp, kExec };

// How a connection ends. Each has the mechanics of field/drivers.md §6; which
// ones a protocol knows is in its driver's catalogue.
enum class CloseBehavior {
  kGraceful,     // the protocol's own good-bye, answered
  kReset,        // RST
  kFin,          // FIN without a good-bye
  kCloseNoWait,  // good-bye, then FIN at once
  kHalfClose,    // FIN, but goes on reading
  kHalfOpen,     // vanishes: neither FIN nor RST
  kStall,        // neither reads nor writes, then goes
  kSlowReader,   // reads at `read_rate` through a small buffer, then goes
  kIgnoreClose,  // never answers the service's close
  kAbortMidHandshake,
  kAbortMidFrame,
  kAbortMidFragment,
  kAbortMidBody,
  kUnreadBody,
  kAbortMidCommand,
  kUnreadReplies,
  kSubscribedThenGone,
  kAbortMidMessage,
  kProvocation,  // unusual or illegal input, by its name in the catalogue
};
inline constexpr std::size_t kCloseBehaviors = 19;

// One way for a connection to go, weighted against the others of its load.
struct WeightedClose {
  CloseBehavior behavior = CloseBehavior::kGraceful;
  std::uint32_t weight = 1;   // relative to the others; > 0
  std::uint16_t code = 1000;  // WebSocket: the close code sent
  std::string reason{};       // WebSocket: beside the code
  std::string provocation{};  // kProvocation: which
  // half-close, stall, slow reader, ignored close: for how long.
  // Provocations: how long an answer is waited for.
  Duration hold = std::chrono::milliseconds(500);
  // Bytes of an aborted handshake, frame, body, command or message that are
  // sent; 0: half of them.
  std::uint32_t after_bytes = 0;
  bool then_reset = true;    // aborted: by RST, else by FIN
  Bytes read_rate{1 << 10};  // slow reader: per second
  std::optional<Bytes>
      receive_buffer{};  // slow reader: SO_RCVBUF; default 4 KiB

  bool operator==(const WeightedClose&) const = default;
};

enum class ReplyRule {
  kEcho,    // every message must come back unchanged, or it is an error
  kAny,     // one reply is awaited for each; any will do
  kIgnore,  // replies are read and dropped
};

// What a reply must be, or it is counted as an error.
struct Expect {
  std::optional<ReplyRule> replies{};  // absent: the protocol's habit
  std::optional<int> status{};         // HTTP; absent: below 400
  std::string contains{};              // bytes the reply must contain
  std::string equals{};                // bytes the reply must be
  std::optional<Bytes> size{};         // of the reply's body
  Duration within{};                   // 0: timeouts.response

  bool operator==(const Expect&) const = default;
};

enum class CaptureFrom { kBody, kHeader, kRegex, kJson };

// A part of a reply, kept as a variable for later steps of the same flow.
struct Capture {
  std::string as{};
  CaptureFrom from = CaptureFrom::kBody;
  std::string pattern{};  // header name, regular expression, $.path.of[0].json

  bool operator==(const Capture&) const = default;
};

struct ThinkTime {
  enum class Distribution { kConstant, kUniform, kExponential };
  Distribution distribution = Distribution::kConstant;
  Duration mean{};  // constant and exponential
  Duration min{};   // uniform
  Duration max{};

  bool operator==(const ThinkTime&) const = default;
};

enum class StepKind { kSend, kReceive, kThink, kLoop };

// One step of a flow. Texts are templates: see drivers/common/text_template.h.
struct Step {
  StepKind kind = StepKind::kSend;
  std::string method{};  // HTTP: "GET" …
  std::string path{};    // HTTP; empty: the load's own resource
  std::map<std::string, std::string> headers{};  // HTTP, beside the load's
  bool chunked = false;                          // HTTP: the body in chunks
  std::vector<std::string> words{};              // Redis: a command
  std::string body{};  // HTTP body, WebSocket or TCP message; may hold any byte
  std::optional<Bytes> size{};  // a generated body of so many bytes instead
  bool binary = true;           // WebSocket
  Expect expect;                // kReceive: of what the service sends unasked
  std::vector<Capture> captures{};
  ThinkTime think;
  std::uint32_t count = 1;    // kLoop
  std::vector<Step> steps{};  // kLoop

  bool operator==(const Step&) const = default;
};

// The short form of a flow: so many messages, all alike.
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

// Used when the URL's scheme asks for TLS.
struct TlsSpec {
  bool verify = true;
  std::string ca_file{};      // PEM; empty: the system's
  std::string server_name{};  // SNI and name to verify; empty: the URL's host
  std::string certificate_file{};  // PEM, with its chain, if the service asks
  std::string key_file{};

  bool operator==(const TlsSpec&) const = default;
};

// Applied before connect().
struct SocketSpec {
  std::vector<std::string> source_addresses{};  // expanded; used in turn
  std::optional<Bytes> receive_buffer{};
  std::optional<Bytes> send_buffer{};
  bool no_delay = true;

  bool operator==(const SocketSpec&) const = default;
};

// A CSV file whose rows are handed out as variables.
struct FeederSpec {
  std::string path{};                 // relative to the scenario's folder
  std::vector<std::string> fields{};  // empty: the first row names them
  bool skip_header = false;
  bool random = false;  // else in sequence, again from the top

  bool operator==(const FeederSpec&) const = default;
};

// Arrivals for `tidemark stress`. k6's names and meanings.
enum class Executor {
  kConstantArrivalRate,
  kRampingArrivalRate,
  kConstantConnections,
  kRampingConnections,
};

struct RateStage {
  Duration duration{};
  double target = 0;  // arrivals per second, or connections

  bool operator==(const RateStage&) const = default;
};

struct StressSpec {
  Executor executor = Executor::kConstantArrivalRate;
  double rate = 0;   // iterations per second; with connections 0: no limit
  double start = 0;  // ramping: where the first stage begins
  std::vector<RateStage> stages{};
  Duration duration = std::chrono::seconds(10);  // not ramping
  bool poisson = false;                          // else evenly spaced
  std::uint32_t connections = 1;                 // constant connections
  std::uint32_t max_connections = 1000;          // beyond: dropped iterations
  bool reuse = false;  // iterations share idle connections
  std::uint32_t requests_per_connection = 0;  // reuse: at most; 0: no limit
  Duration start_after{};
  Duration graceful_stop = std::chrono::seconds(10);

  bool operator==(const StressSpec&) const = default;
};

// Whether its iterations are due by a rate, and open connections as they need
// them; else there are so many connections, which play.
inline bool has_arrivals(const StressSpec& spec) {
  return spec.executor == Executor::kConstantArrivalRate ||
         spec.executor == Executor::kRampingArrivalRate;
}

// Whether `stages` says how many, and not `rate` or `connections`.
inline bool is_ramping(const StressSpec& spec) {
  return spec.executor == Executor::kRampingArrivalRate ||
         spec.executor == Executor::kRampingConnections;
}

// The highest rate of arrivals, or the most connections.
inline double peak_of(const StressSpec& spec) {
  if (spec.executor == Executor::kConstantArrivalRate) return spec.rate;
  if (spec.executor == Executor::kConstantConnections) return spec.connections;
  double most = spec.start;
  for (const RateStage& stage : spec.stages)
    most = std::max(most, stage.target);
  return most;
}

// One named flow of load.
struct LoadSpec {
  std::string name{};  // empty if it is the only one
  Engine engine = Engine::kWebSocket;
  std::string url{};                   // SCHEME://HOST:PORT/PATH
  std::vector<std::string> command{};  // engine exec
  std::uint32_t connections = 200;     // per full cycle
  double connect_rate = 0;             // per second; 0: as fast as accepted
  Duration hold = std::chrono::milliseconds(20);
  Traffic traffic;
  std::vector<Step> flow{};    // empty: `traffic` says it all
  std::uint32_t pipeline = 1;  // HTTP, Redis: requests on the way at once
  std::vector<WeightedClose> close{{}};          // never empty
  std::map<std::string, std::string> headers{};  // of the handshake; HTTP: all
  std::vector<std::string> subprotocols{};
  int resp = 2;            // Redis protocol version
  std::string username{};  // Redis AUTH
  std::string password{};
  TlsSpec tls;
  SocketSpec socket;
  std::map<std::string, std::string> variables{};
  std::vector<FeederSpec> feeders{};
  Timeouts timeouts;
  std::uint64_t seed = 42;
  std::optional<StressSpec> stress{};

  bool operator==(const LoadSpec&) const = default;
};

// One answer of a stand-in; the first rule that fits is used.
struct StandInRule {
  std::string when{};  // HTTP: path, * matches any rest; Redis: command word;
                       // WebSocket and TCP: bytes in the message; empty: all
  std::uint32_t every = 1;  // only each n-th that fits
  Duration delay{};
  int status = 200;  // HTTP; WebSocket: of the handshake, when "handshake"
  std::map<std::string, std::string> headers{};
  std::string
      reply{};  // body, message, or RESP text without its type: a string
  std::string error{};  // Redis: "-ERR …" without the dash
  bool raw = false;     // `reply` is sent as it is, without framing
  bool echo = false;
  std::optional<Bytes> size{};  // a generated reply of so many bytes instead
  std::uint32_t repeat = 1;     // so many replies
  std::optional<CloseBehavior> close{};  // graceful, fin or reset, afterwards

  bool operator==(const StandInRule&) const = default;
};

// A server that tidemark plays. Its address is {{ NAME.address }} and
// {{ NAME.port }} in the target's command, environment and load.
struct StandInSpec {
  std::string name{};
  Engine engine = Engine::kHttp;     // not exec
  std::vector<StandInRule> rules{};  // empty: the protocol's plain answers
  std::string certificate_file{};    // with both, it speaks TLS
  std::string key_file{};
  std::string password{};  // Redis: AUTH is required
  // An expectation: connections left after a cycle are a finding.
  bool expect_closed = true;

  bool operator==(const StandInSpec&) const = default;
};

// `metric{flow:NAME}: ["p(99)<50"]`, as k6 writes it.
struct ThresholdSpec {
  std::string metric;
  std::string expression;
  bool abort_on_fail = false;
  Duration delay_abort{};

  bool operator==(const ThresholdSpec&) const = default;
};

// What differs between cycles besides the ways of closing, so that it can be
// told which of it matters. Each list has no level, or two and more.
struct FactorSpec {
  bool automatic = false;                 // the lists were chosen, not written
  std::vector<Bytes> sizes{};             // of each message
  std::vector<std::uint32_t> messages{};  // per connection
  std::vector<std::uint32_t> concurrency{};  // connections open at once

  bool any() const {
    return !sizes.empty() || !messages.empty() || !concurrency.empty();
  }

  bool operator==(const FactorSpec&) const = default;
};

// How many cycles of each kind. The defaults are what `cycles: auto` means.
struct CycleSpec {
  // The cycles are planned and end as soon as the verdict is known; `loaded`,
  // `idle` and `half` are not asked. False: exactly so many as written.
  bool planned = true;
  std::uint32_t most = 60;  // planned: cycles in all, warm-up included
  FactorSpec factors{};
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
  // The whole run. Planned: near its end cycles and watch end with what is
  // known. Else the run ends past it as an environment error.
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
  // Which cell of its matrix this is; empty: it has none.
  CellLevels cell;
  TargetSpec target;
  std::vector<StandInSpec> standins;
  std::vector<LoadSpec> flows{{}};  // never empty
  std::vector<ThresholdSpec> thresholds;
  CycleSpec cycles;
  Expectations expect;
  std::string suppressions;  // path of a file; empty: none

  bool operator==(const Scenario&) const = default;
};

}  // namespace tidemark
