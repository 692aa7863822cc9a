#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "harness/base/text_file.h"
#include "harness/cli/commands.h"
#include "harness/cli/destinations.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/load_wiring.h"
#include "harness/cli/output.h"
#include "harness/cli/prepare.h"
#include "harness/cli/progress.h"
#include "harness/cli/real_world.h"
#include "harness/cli/stress_metrics.h"
#include "harness/cli/version.h"
#include "harness/cli/wiring.h"
#include "harness/report/stress_report.h"
#include "harness/run/service_exit.h"
#include "harness/stress/judge_stress.h"
#include "harness/stress/thresholds.h"

namespace tidemark {
namespace {

// So that every flow begins together, whatever its threads take to start.
constexpr Duration kRunUp = std::chrono::milliseconds(20);
constexpr Duration kGlance = std::chrono::milliseconds(100);
constexpr Duration kDying = std::chrono::seconds(1);

using Flows = std::vector<std::unique_ptr<StressFlow>>;

Bytes resident() {
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t pages = 0;
  file >> size >> pages;
  return {pages * sysconf(_SC_PAGESIZE)};
}

// From any thread.
void give_up(Flows& flows) {
  for (const auto& flow : flows) flow->progress().give_up = true;
}

// Looks at the flows while they run: shows progress, keeps the memory figure,
// stops them when the service dies or a threshold says so, and ends them at
// once when a target withdraws its leave.
class Watcher {
 public:
  Watcher(Flows& flows, const Scenario& scenario,
          std::vector<Threshold> aborting, Target* target,
          OwnershipWatch& leave, RunObserver& observer, Clock& clock)
      : flows_(flows),
        scenario_(scenario),
        aborting_(std::move(aborting)),
        target_(target),
        leave_(leave),
        observer_(observer),
        clock_(clock),
        started_(clock.now()),
        next_look_(started_ + std::chrono::seconds(1)),
        before_(resident()),
        thread_([this] { watch(); }) {}

  ~Watcher() { stop(); }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  // After stop().
  Bytes memory() const { return memory_; }
  bool aborted() const { return aborted_; }
  const Status& leave() const { return left_; }

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kGlance, [this] { return done_; })) glance();
  }

  void glance() {
    std::int64_t open = 0;
    std::int64_t iterations = 0;
    std::int64_t errors = 0;
    for (const auto& flow : flows_) {
      open += flow->progress().open;
      iterations += flow->progress().iterations;
      errors += flow->progress().errors;
    }
    if (open >= most_open_) {
      most_open_ = open;
      memory_ = resident() - before_;
    }
    observer_.progress(fmt::format(
        "{:.0f} s, {} connections open, {} iterations, {} errors",
        to_seconds(clock_.now() - started_), open, iterations, errors));
    if (clock_.now() >= next_look_ && !aborting_.empty() && !aborted_)
      look_at_thresholds();
    if (left_) left_ = leave_.check_if_due();
    if (target_ != nullptr && target_->exited()) stop_flows();
    if (!left_) give_up(flows_);
  }

  void stop_flows() {
    for (const auto& flow : flows_) flow->progress().stop = true;
  }

  void look_at_thresholds() {
    const TimePoint now = clock_.now();
    next_look_ = now + std::chrono::seconds(1);
    StressRecord so_far;
    std::vector<StressFlowResult> results;
    for (const auto& flow : flows_) results.push_back(flow->snapshot());
    add_metrics(scenario_, std::move(results), memory_, so_far);
    for (const Threshold& threshold : aborting_) {
      if (now - started_ < threshold.spec.delay_abort) continue;
      const Result<ThresholdResult> result =
          evaluate(threshold, so_far.metrics);
      // Without a value yet, nothing has been missed yet.
      if (!result || result->met || !result->found) continue;
      aborted_ = true;
      stop_flows();
      return;
    }
  }

  Flows& flows_;
  const Scenario& scenario_;
  const std::vector<Threshold> aborting_;
  Target* target_;
  OwnershipWatch& leave_;
  Status left_;
  RunObserver& observer_;
  Clock& clock_;
  const TimePoint started_;
  TimePoint next_look_;
  const Bytes before_;
  Bytes memory_;
  std::int64_t most_open_ = 0;
  bool aborted_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread thread_;
};

Status run_flows(Flows& flows, Clock& clock) {
  const TimePoint start = clock.now() + kRunUp;
  std::vector<Status> results(flows.size());
  const auto run = [&](std::size_t i) {
    results[i] = flows[i]->run(start);
    // There will be no result: nobody needs the others' share of it.
    if (!results[i]) give_up(flows);
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < flows.size(); ++i) threads.emplace_back(run, i);
  run(0);
  for (std::thread& thread : threads) thread.join();
  for (const Status& result : results) TIDEMARK_TRY(result);
  return {};
}

// Parsed before anything is started: a threshold that cannot be judged is an
// error of the scenario.
Result<std::vector<Threshold>> read_thresholds(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const LoadSpec& flow : scenario.flows) names.push_back(flow.name);
  std::vector<Threshold> thresholds;
  for (const ThresholdSpec& spec : scenario.thresholds) {
    Result<Threshold> threshold = parse_threshold(spec);
    TIDEMARK_TRY(threshold);
    TIDEMARK_TRY(check_threshold(*threshold, names));
    thresholds.push_back(*std::move(threshold));
  }
  return thresholds;
}

Status died(Target& target, const ServiceExit& exit) {
  target.stop();  // what it wrote is complete then
  std::string text = fmt::format("the service died during the run: it {}; ",
                                 how_it_ended(exit));
  const std::vector<std::string> output = target.last_output();
  text += output.empty() ? "it wrote nothing" : "its last output:";
  for (const std::string& line : output) text += "\n  | " + line;
  return fail(ErrorKind::kEnvironment, std::move(text),
              "lower the load until it lives, or see with `tidemark run` on "
              "the same scenario what it held when it died");
}

struct StressLoad {
  Flows flows;
  OwnershipWatch leave;
  std::unique_ptr<Target> target;  // null: it runs already
};

// Nobody is called yet.
Result<StressLoad> make_load(const Prepared& prepared, Clock& clock,
                             Cancellation& cancellation, StressRecord& record) {
  const Scenario& scenario = prepared.secret;
  const Leave& leave = prepared.leave;
  Result<Wired<Flows>> wired =
      make_stress_flows(scenario, leave.policy, clock, cancellation);
  TIDEMARK_TRY(wired);
  Result<std::vector<OwnershipQuestion>> questions =
      ownership_questions(wired->foreign, leave.digest);
  TIDEMARK_TRY(questions);
  if (!wired->foreign.empty() && !scenario.target.command.empty())
    TIDEMARK_TRY(check_readiness(scenario.target));
  record.audit = audit_line(wired->foreign, leave.policy);
  StressLoad made{
      std::move(wired->load), OwnershipWatch(*std::move(questions), clock), {}};
  if (scenario.target.command.empty()) return made;
  Result<std::unique_ptr<Target>> target =
      make_plain_target(scenario, !wired->foreign.empty(), clock, cancellation);
  TIDEMARK_TRY(target);
  made.target = *std::move(target);
  return made;
}

// Whether the service has ended. One that dies closes its sockets first, and is
// seen to be dead a little later.
std::optional<ServiceExit> last_word(Target& target, Clock& clock,
                                     bool in_doubt) {
  const TimePoint until = clock.now() + (in_doubt ? kDying : Duration{});
  while (true) {
    if (std::optional<ServiceExit> exit = target.exited()) return exit;
    if (clock.now() >= until) return std::nullopt;
    clock.sleep(std::chrono::milliseconds(5));
  }
}

Status load(const Prepared& prepared, const StressOptions& options,
            const std::vector<Threshold>& thresholds, StressLoad& made,
            Clock& clock, StressRecord& record) {
  Target* const target = made.target.get();
  RunObserver observer(prepared.scenario.name, "", progress_mode(options.quiet),
                       clock);
  if (target != nullptr) {
    observer.progress("starting the service");
    TIDEMARK_TRY(target->start());
  }
  TIDEMARK_TRY(made.leave.check_if_due());
  std::vector<Threshold> aborting;
  for (const Threshold& threshold : thresholds)
    if (threshold.spec.abort_on_fail) aborting.push_back(threshold);
  if (!aborting.empty())
    for (const auto& flow : made.flows) flow->keep_snapshots();
  Watcher watcher(made.flows, prepared.scenario, std::move(aborting), target,
                  made.leave, observer, clock);
  const Status ran = run_flows(made.flows, clock);
  watcher.stop();
  std::vector<StressFlowResult> results;
  for (const auto& flow : made.flows) results.push_back(flow->take_result());
  const bool closed_on_us = std::any_of(
      results.begin(), results.end(), [](const StressFlowResult& result) {
        return result.counts.early_closed.value > 0 ||
               result.counts.refused.value > 0;
      });
  add_metrics(prepared.scenario, std::move(results), watcher.memory(), record);
  record.aborted = watcher.aborted();
  TIDEMARK_TRY(ran);
  TIDEMARK_TRY(watcher.leave());
  // Looked at once more: it may have died since the last glance.
  if (target != nullptr)
    if (const auto exit = last_word(*target, clock, closed_on_us))
      return died(*target, *exit);
  return {};
}

Status judge(const std::vector<Threshold>& thresholds, StressRecord& record) {
  for (const Threshold& threshold : thresholds) {
    Result<ThresholdResult> result = evaluate(threshold, record.metrics);
    TIDEMARK_TRY(result);
    record.thresholds.push_back(*std::move(result));
  }
  return {};
}

// The service is gone at return.
Status load_and_judge(const Prepared& prepared, const StressOptions& options,
                      const std::vector<Threshold>& thresholds,
                      StressLoad& made, Clock& clock, StressRecord& record) {
  Status status = load(prepared, options, thresholds, made, clock, record);
  const ServiceExit exit = made.target ? made.target->stop() : ServiceExit{};
  if (status) status = judge(thresholds, record);
  if (status && made.target)
    status = check_exit(prepared.scenario.target.stop, exit);
  return status;
}

Status write_histograms(const StressRecord& record, const std::string& folder) {
  if (folder.empty()) return {};
  TIDEMARK_TRY(make_folder(folder, "--hgrm"));
  for (const auto& [key, metric] : record.metrics) {
    if (!metric.trend || metric.trend->count() == 0) continue;
    const std::string name =
        key.flow.empty() ? key.name : key.name + "." + key.flow;
    TIDEMARK_TRY(write_file_atomically(
        (std::filesystem::path(folder) / (name + ".hgrm")).string(),
        metric.trend->hgrm()));
  }
  return {};
}

int code_of(const StressRecord& record) {
  switch (record.outcome) {
    case StressOutcome::kPass:
      return kExitPass;
    case StressOutcome::kFailed:
      return kExitLeak;
    case StressOutcome::kInvalid:
      return kExitInvalid;
    case StressOutcome::kError:
      break;
  }
  return record.error ? exit_code(record.error->kind) : kExitEnvironment;
}

Status write_reports(const StressRecord& record, const StressOptions& options) {
  OutputOptions output;
  output.output = options.output;
  output.no_colour = options.no_colour;
  const std::string text = options.format == "json" ? stress_json(record)
                           : options.format == "junit"
                               ? stress_junit(record)
                               : stress_text(record, style_for(output));
  TIDEMARK_TRY(write_texts(
      text, options.output, [&record] { return stress_junit(record); },
      options.junit));
  return write_histograms(record, options.hgrm_folder);
}

Result<int> stress_one(const std::string& path, const StressOptions& options,
                       Clock& clock, Cancellation& cancellation) {
  Result<Prepared> prepared =
      prepare_scenario(path, options.policy, true, 0, options.cell);
  TIDEMARK_TRY(prepared);
  const Scenario& scenario = prepared->scenario;
  Result<std::vector<Threshold>> thresholds = read_thresholds(scenario);
  TIDEMARK_TRY(thresholds);
  StressRecord record;
  record.tidemark_version = kVersionText;
  record.started_at = utc_now();
  record.scenario_path = scenario.path;
  record.scenario_name = scenario.name;
  const TimePoint started = clock.now();
  prepared->secret.target.show_output |= options.show_output;
  Result<StressLoad> made = make_load(*prepared, clock, cancellation, record);
  const Status status = made ? load_and_judge(*prepared, options, *thresholds,
                                              *made, clock, record)
                             : fail(made.error());
  if (!status) {
    // Wrong words are told like any other; the rest belongs in the report.
    if (status.error().kind == ErrorKind::kUsage) return fail(status.error());
    record.error = status.error();
  }
  for (const auto& standin : prepared->standins)
    record.standins.push_back({standin->name(), standin->counts()});
  record.took = clock.now() - started;
  judge_stress(record);
  TIDEMARK_TRY(write_reports(record, options));
  return code_of(record);
}

Status check_destinations(const StressOptions& options) {
  TIDEMARK_TRY(check_file(options.output, "-o"));
  TIDEMARK_TRY(check_file(options.junit, "--junit"));
  return check_folder(options.hgrm_folder, "--hgrm");
}

}  // namespace

int cmd_stress(const StressOptions& options) {
  if (options.format != "terminal" && options.format != "json" &&
      options.format != "junit")
    return print_error(
        {ErrorKind::kUsage,
         fmt::format("there is no report format `{}`", options.format),
         fmt::format("the formats are {}", kStressFormats)});
  if (const Status good = check_destinations(options); !good)
    return print_error(good.error());
  SignalCancellation cancellation;
  SteadyClock clock(cancellation);
  int code = kExitPass;
  for (const std::string& path : options.scenarios) {
    const Result<int> one = stress_one(path, options, clock, cancellation);
    code = worse(code, one ? *one : print_error(one.error()));
    if (cancellation.requested()) return kExitInterrupted;
  }
  return code;
}

}  // namespace tidemark
