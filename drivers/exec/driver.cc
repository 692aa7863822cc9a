#include "drivers/exec/driver.h"

#include <fmt/format.h>
#include <signal.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/exec/program.h"
#include "drivers/exec/words.h"

namespace tidemark {
namespace {

using exec::ExecRun;

std::string in_words(const ExecRun& run, const exec::Limits& limits) {
  if (run.too_long)
    return fmt::format("had not ended after {:.0f} s and was stopped",
                       to_seconds(limits.longest));
  if (run.signal) {
    const char* name = ::sigabbrev_np(*run.signal);
    return fmt::format("was killed by signal {} (SIG{})", *run.signal,
                       name != nullptr ? name : "?");
  }
  return fmt::format("ended with exit code {}", run.exit_code);
}

std::string in_words(const std::vector<std::string>& output) {
  if (output.empty()) return "it wrote nothing";
  std::string text = "its last output:";
  for (const std::string& line : output) text += "\n  | " + line;
  return text;
}

class ExecDriver final : public Driver {
 public:
  ExecDriver(const LoadSpec& spec, Clock& clock, Cancellation& cancellation)
      : spec_(spec), clock_(clock), cancellation_(cancellation) {}

  Status open(const WayCounts& plan) override {
    const WayCounts ours = of_this_flow(plan);
    Count asked;
    for (const auto& [way, count] : ours) asked += count;
    if (asked.value == 0) return {};
    counts_.attempted += asked;
    Status result = run(asked);
    if (!result) {
      counts_.failed += asked;
      return result;
    }
    counts_.opened += asked;
    for (const auto& [way, count] : ours) counts_.closed[way] += count;
    return {};
  }

  Status exercise() override {
    if (spec_.hold > Duration{}) clock_.sleep(spec_.hold);
    if (cancellation_.requested())
      return fail(ErrorKind::kInterrupted, "the load was interrupted");
    return {};
  }

  Status close() override { return {}; }

  Count open_now() const override { return {}; }

  LoadCounts take_counts() override { return std::exchange(counts_, {}); }

 private:
  WayCounts of_this_flow(const WayCounts& plan) const {
    const std::string prefix = spec_.name.empty() ? "" : spec_.name + "/";
    WayCounts ours;
    for (const auto& [way, count] : plan)
      if (way.starts_with(prefix)) ours[way] = count;
    return ours;
  }

  Status run(Count connections) {
    const std::vector<std::string> command =
        exec::with_connections(spec_.command, connections);
    const Result<ExecRun> run =
        exec::run_program(command, limits_, clock_, cancellation_);
    TIDEMARK_TRY(run);
    const bool good = !run->too_long && !run->signal && run->exit_code == 0;
    if (good) {
      counts_.programs += Count{1};
      counts_.program_time += run->took;
      return {};
    }
    return fail(ErrorKind::kEnvironment,
                fmt::format("the load '{}' {} after {:.1f} s; {}",
                            command.front(), in_words(*run, limits_),
                            to_seconds(run->took), in_words(run->last_output)),
                fmt::format("try it by hand while the service runs: {}",
                            exec::command_line(command)));
  }

  LoadSpec spec_;
  Clock& clock_;
  Cancellation& cancellation_;
  exec::Limits limits_;
  LoadCounts counts_;
};

}  // namespace

Result<std::unique_ptr<Driver>> make_exec_driver(const LoadSpec& spec,
                                                 Clock& clock,
                                                 Cancellation& cancellation) {
  if (spec.command.empty() || spec.command.front().empty())
    return fail(ErrorKind::kUsage, "a load with `engine: exec` has no command",
                "for example command: [redis-benchmark, -p, \"{{ port }}\", "
                "-c, \"{{ connections }}\"]");
  return std::unique_ptr<Driver>(
      std::make_unique<ExecDriver>(spec, clock, cancellation));
}

}  // namespace tidemark
