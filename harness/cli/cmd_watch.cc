// `tidemark watch`: what a service has while others use it, every so often.

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "harness/base/proc_tree.h"
#include "harness/base/safe_file_name.h"
#include "harness/base/text_file.h"
#include "harness/cli/commands.h"
#include "harness/cli/destinations.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/metrics_server.h"
#include "harness/cli/output.h"
#include "harness/cli/prepare.h"
#include "harness/cli/real_world.h"
#include "harness/cli/version.h"
#include "harness/cli/wiring.h"
#include "harness/hunt/address.h"
#include "harness/report/record_json.h"
#include "harness/report/terminal.h"
#include "harness/report/text.h"
#include "harness/report/watch_text.h"
#include "harness/runtimes/kernel/kernel_probe.h"
#include "harness/runtimes/kernel/listener.h"
#include "harness/runtimes/native/probe.h"
#include "harness/scenario/address.h"
#include "harness/scenario/quantities.h"
#include "harness/watch/watcher.h"

namespace tidemark {
namespace {

constexpr Duration kLeastEvery = std::chrono::seconds(1);

struct Subject {
  int pid = 0;  // 0: it is started
  std::vector<std::string> command;
  std::string name;
};

template <class Number>
std::optional<Number> number_of(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::string name_of(pid_t pid) {
  const Result<std::string> name = read_file(fmt::format("/proc/{}/comm", pid));
  if (!name) return fmt::format("process {}", pid);
  return name->substr(0, name->find('\n'));
}

Result<pid_t> server_at(const HuntAddress& address) {
  if (address.unix_socket) return process_listening_on(address.place);
  const std::size_t colon = address.place.rfind(':');
  const auto port = number_of<std::uint16_t>(
      colon == std::string::npos ? "" : address.place.substr(colon + 1));
  std::string host = address.place.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  if (!port || !is_loopback_host(host))
    return fail(
        ErrorKind::kUsage,
        fmt::format("wanted a port of this machine, found `{}`", address.place),
        "a service is watched where it runs: tidemark watch "
        "127.0.0.1:8080");
  return process_listening_on(*port);
}

bool is_number(const std::string& word) {
  return !word.empty() && word.find_first_not_of("0123456789") == word.npos;
}

// A process, an address, or a command: whichever it looks like.
Result<Subject> subject_of(const std::vector<std::string>& words) {
  const std::string& first = words.front();
  Subject subject;
  if (words.size() == 1 && is_number(first)) {
    const auto pid = number_of<pid_t>(first);
    if (!pid || !process_entry(*pid))
      return fail(ErrorKind::kUsage, "there is no process " + first,
                  ":" + first + " is a port");
    subject.pid = *pid;
  } else if (const auto address = parse_hunt_address(first);
             words.size() == 1 && address &&
             first.find(':') != std::string::npos) {
    const Result<pid_t> pid = server_at(*address);
    TIDEMARK_TRY(pid);
    subject.pid = *pid;
    if (subject.pid == 1)
      return fail(ErrorKind::kUsage,
                  fmt::format("what listens on {} is the first process, which "
                              "starts a service when somebody calls",
                              first),
                  "call it once, or name the service by its number");
  } else {
    subject.command = words;
    subject.name = std::filesystem::path(first).filename().string();
    return subject;
  }
  subject.name = name_of(subject.pid);
  return subject;
}

Result<WatchPlan> plan_of(const WatchOptions& options) {
  WatchPlan plan;
  const Result<Duration> every = parse_duration(options.every);
  if (!every || *every < kLeastEvery)
    return fail(ErrorKind::kUsage,
                every ? fmt::format("--every: wanted at least 1s, found {}",
                                    options.every)
                      : "--every: " + every.error().message,
                every ? "" : every.error().hint);
  plan.every = *every;
  plan.holders = options.holders;
  if (options.for_long.empty()) return plan;
  const Result<Duration> for_long = parse_duration(options.for_long);
  if (!for_long)
    return fail(ErrorKind::kUsage, "--for: " + for_long.error().message,
                for_long.error().hint);
  plan.for_long = *for_long;
  return plan;
}

int terminal_columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return 80;
  return size.ws_col;
}

// What is shown while it goes on: a table that is written over on a terminal,
// elsewhere a line for each reading.
class Screen {
 public:
  Screen(const WatchOptions& options, std::string title)
      : json_(options.output.format == "json"),
        live_(!json_ && options.output.format == "terminal" &&
              isatty(STDOUT_FILENO)),
        title_(std::move(title)) {}

  Status show(const WatchReading& reading) {
    if (readings_.empty()) first_ = reading;
    readings_.push_back(reading);
    // The table shows the first and a few of the last.
    constexpr std::size_t kKept = 64;
    if (readings_.size() > kKept) readings_.erase(readings_.begin() + 1);
    if (json_) return write_text(watch_json(reading), "");
    if (!live_) return write_text(watch_line(reading, first_), "");
    ReportStyle style;
    style.width = terminal_columns();
    const std::string table = watch_table(title_, readings_, style);
    const std::string back =
        lines_ > 0 ? fmt::format("\033[{}A\033[J", lines_) : "";
    lines_ = std::count(table.begin(), table.end(), '\n');
    return write_text(back + table, "");
  }

  bool json() const { return json_; }

 private:
  bool json_;
  bool live_;
  std::string title_;
  std::vector<WatchReading> readings_;
  WatchReading first_;
  std::ptrdiff_t lines_ = 0;
};

class RecordKeeper final : public Observer {
 public:
  explicit RecordKeeper(std::string path) : path_(std::move(path)) {}
  void progress(const std::string&) override {}
  Status keep(const RunRecord& record) override {
    if (path_.empty()) return {};
    return write_file_atomically(path_, to_json(record));
  }

 private:
  std::string path_;
};

// The heap where there is a way to see it; why not, where there is none.
struct Sight {
  std::unique_ptr<HeapProbe> heap;
  std::string why_not;
};

Sight look_into(const Subject& subject, const WatchOptions& options,
                Clock& clock) {
  std::unique_ptr<HeapProbe> heap = make_native_probe(clock);
  if (subject.pid == 0 || options.attach) return {std::move(heap), {}};
  // Without being let in: it may have been started with the agent.
  std::vector<pid_t> processes = descendants(list_processes(), subject.pid);
  processes.insert(processes.begin(), subject.pid);
  const Result<HeapDescription> seen = heap->attach(processes);
  if (seen) return {make_native_probe(clock), {}};
  return {nullptr, seen.error().message};
}

Result<std::string> record_path(const WatchOptions& options,
                                const std::string& name) {
  if (options.record_folder.empty()) return std::string();
  TIDEMARK_TRY(make_folder(options.record_folder,
                           "--records, or none with --records ''"));
  return (std::filesystem::path(options.record_folder) /
          (safe_file_name(name) + ".json"))
      .string();
}

Result<int> watch(const WatchOptions& options) {
  const Result<WatchPlan> plan = plan_of(options);
  TIDEMARK_TRY(plan);
  const Result<Subject> subject = subject_of(options.words);
  TIDEMARK_TRY(subject);
  SignalCancellation cancellation;
  SteadyClock clock(cancellation);
  TargetSpec spec;
  spec.pid = subject->pid;
  spec.command = subject->command;
  spec.show_output = options.show_output;
  if (subject->pid != 0 && !options.attach) spec.runtime = Runtime::kProcess;
  const Result<std::unique_ptr<Target>> target =
      make_watched_target(spec, clock, cancellation);
  TIDEMARK_TRY(target);
  std::unique_ptr<MetricsServer> metrics;
  if (!options.metrics.empty()) {
    Result<std::unique_ptr<MetricsServer>> server =
        serve_metrics(options.metrics);
    TIDEMARK_TRY(server);
    metrics = *std::move(server);
    fmt::print(stderr, "tidemark: http://{}/metrics has the figures\n",
               metrics->address());
  }
  RunRecord record;
  record.tidemark_version = kVersionText;
  record.started_at = utc_now();
  record.scenario_name = "watch-" + subject->name;
  record.service.attached = subject->pid != 0;
  record.service.command = subject->command;
  const Result<std::string> kept_at =
      record_path(options, record.scenario_name);
  TIDEMARK_TRY(kept_at);
  const Sight sight = look_into(*subject, options, clock);
  if (!sight.heap) {
    record.service.invisible.push_back("the heap: " + sight.why_not);
    fmt::print(stderr, "tidemark: {}\n",
               printable("the heap is not seen, only the kernel's figures (" +
                         sight.why_not +
                         "): --attach lets the agent into the service"));
  }
  const std::unique_ptr<KernelProbe> kernel = make_kernel_probe();
  RecordKeeper keeper(*kept_at);
  Screen screen(options, record.scenario_name);
  const auto told = [&](const WatchReading& reading,
                        const RunRecord& so_far) -> Status {
    if (metrics)
      metrics->publish(watch_openmetrics(so_far.scenario_name, reading));
    return screen.show(reading);
  };
  watch_service(*plan,
                {**target, sight.heap.get(), *kernel, clock, cancellation,
                 keeper, utc_now, told},
                record);
  if (!screen.json())
    TIDEMARK_TRY(write_text("\n" + make_terminal_reporter()->render(
                                       record, style_for(options.output)),
                            ""));
  if (!kept_at->empty())
    fmt::print(stderr,
               "tidemark: {} has the record: tidemark report, top and "
               "tree read it\n",
               *kept_at);
  if (!record.error) return kExitPass;
  return screen.json() ? print_error(*record.error)
                       : exit_code(record.error->kind);
}

}  // namespace

int cmd_watch(const WatchOptions& options) {
  const Result<int> code = watch(options);
  return code ? *code : print_error(code.error());
}

}  // namespace tidemark
