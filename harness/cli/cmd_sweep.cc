// `tidemark sweep SCENARIO`: every cell of its matrix, several times, in turns,
// and what they cost and give.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "drivers/common/ownership.h"
#include "harness/base/safe_file_name.h"
#include "harness/cli/commands.h"
#include "harness/cli/destinations.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/load_wiring.h"
#include "harness/cli/output.h"
#include "harness/cli/real_world.h"
#include "harness/cli/run_once.h"
#include "harness/cli/sweep_folder.h"
#include "harness/report/html.h"
#include "harness/report/sweep_report.h"
#include "harness/scenario/load.h"
#include "harness/scenario/matrix.h"
#include "harness/sweep/doubts.h"
#include "harness/sweep/fold.h"
#include "harness/sweep/order.h"

namespace tidemark {
namespace {

struct Sweep {
  SweepSpec spec;
  std::vector<CellLevels> cells;
  std::vector<SweepStep> order;
  SweepFolder folder;
  std::vector<StoredRun> runs;

  SweepAnswer answer() const { return fold_sweep(spec, cells, runs); }
};

Result<Sweep> open_sweep(const SweepOptions& options) {
  const Result<std::string> text = read_scenario_text(options.scenario);
  TIDEMARK_TRY(text);
  LoadRules rules;
  rules.other_machines = !options.policy.allowed.empty();
  Result<std::optional<SweepSpec>> spec =
      load_sweep(options.scenario, *text, load_words(), rules);
  TIDEMARK_TRY(spec);
  if (!*spec)
    return fail(ErrorKind::kUsage,
                fmt::format("{}: it has no `matrix`", options.scenario),
                "say what to try: matrix: { buffer: [4KiB, 64KiB] }, and "
                "{{ buffer }} where it is to go; one setting alone is for "
                "`tidemark run`");
  rules.cell = CellLevels{};
  const Result<Scenario> scenario =
      load_scenario(options.scenario, *text, load_words(), rules);
  TIDEMARK_TRY(scenario);
  TIDEMARK_TRY(require_service(*scenario));
  const std::string folder = (std::filesystem::path(options.record_folder) /
                              safe_file_name(scenario->name))
                                 .string();
  std::vector<CellLevels> cells = sweep_cells(**spec);
  std::vector<SweepStep> order = sweep_order(**spec, cells.size());
  return Sweep{**std::move(spec),
               std::move(cells),
               std::move(order),
               SweepFolder(folder, sha256_hex(*text)),
               {}};
}

// The runs that are to be made now, as far as is known.
std::vector<SweepStep> missing(const Sweep& sweep) {
  return steps_to_make(sweep.order, sweep.answer());
}

// What was done of this sweep and not finished goes on; what is finished is
// done again.
Status take_up(Sweep& sweep, const SweepOptions& options) {
  for (const SweepStep& step : sweep.order)
    if (auto run = sweep.folder.load(step, sweep.cells[step.cell]))
      sweep.runs.push_back(*std::move(run));
  if (options.only_report) {
    if (!sweep.runs.empty()) return {};
    return fail(
        ErrorKind::kUsage,
        fmt::format("{} has no runs of this scenario", sweep.folder.path()),
        "run it: tidemark sweep " + options.scenario);
  }
  const bool goes_on =
      !options.fresh && !sweep.runs.empty() && !missing(sweep).empty();
  if (goes_on) {
    fmt::print(stderr,
               "tidemark: goes on with {} of {} runs done; --fresh begins "
               "anew\n",
               sweep.runs.size(), sweep.answer().wanted);
    return {};
  }
  const char* why = options.fresh        ? "--fresh"
                    : sweep.runs.empty() ? "the scenario is another now"
                                         : "the sweep was finished";
  sweep.runs.clear();
  const Result<std::size_t> removed = sweep.folder.clear();
  TIDEMARK_TRY(removed);
  if (*removed > 0)
    fmt::print(stderr, "tidemark: begins anew, {}: {} {} in {} removed\n", why,
               *removed, *removed == 1 ? "run is" : "runs are",
               sweep.folder.path());
  return {};
}

std::string title_of(const Sweep& sweep, const SweepStep& step) {
  return fmt::format("run {} of {}, {}{}", sweep.runs.size() + 1,
                     sweep.answer().wanted, in_words(sweep.cells[step.cell]),
                     step.run < sweep.spec.repeat
                         ? ""
                         : " again, until what is in doubt is known");
}

Status run_step(Sweep& sweep, const SweepStep& step,
                const SweepOptions& options, Clock& clock,
                Cancellation& cancellation) {
  RunOnce how;
  how.record_folder = sweep.folder.path();
  how.record_name = SweepFolder::name_of(step);
  how.title = title_of(sweep, step);
  how.show_output = options.show_output;
  how.quiet = options.quiet;
  how.suppressions = options.suppressions;
  how.policy = options.policy;
  how.cell = sweep.cells[step.cell];
  Result<RunOnceResult> run =
      run_once(options.scenario, how, clock, cancellation);
  TIDEMARK_TRY(run);
  if (run->record.error && run->record.error->kind == ErrorKind::kInterrupted) {
    Error error = *run->record.error;
    error.hint = "the same command goes on where this one ended";
    return fail(std::move(error));
  }
  sweep.runs.push_back(
      {std::move(run->record), std::move(run->kept_at), step.run});
  return {};
}

std::string rendered(const SweepAnswer& answer, const OutputOptions& output) {
  if (output.format == "html") return sweep_html(answer);
  if (output.format == "json") return sweep_json(answer);
  if (output.format == "junit") return sweep_junit(answer);
  if (output.format == "markdown") return sweep_markdown(answer);
  return sweep_text(answer, style_for(output));
}

// A cell that fails is an answer, too; a baseline that does leaves nothing to
// compare with.
int code_of(const SweepAnswer& answer) {
  int code = kExitPass;
  for (const SweepCell& cell : answer.cells)
    for (const SweepRun& run : cell.runs) {
      if (run.outcome == Outcome::kLeak) code = worse(code, kExitLeak);
      if (run.outcome == Outcome::kError && cell.levels == answer.spec.baseline)
        code = worse(code, kExitEnvironment);
    }
  return code;
}

Result<int> sweep_all(const SweepOptions& options, Clock& clock,
                      Cancellation& cancellation) {
  Result<Sweep> sweep = open_sweep(options);
  TIDEMARK_TRY(sweep);
  TIDEMARK_TRY(check_outputs(options.output));
  TIDEMARK_TRY(take_up(*sweep, options));
  if (!options.only_report) {
    std::vector<SweepStep> steps = missing(*sweep);
    while (!steps.empty()) {
      TIDEMARK_TRY(
          run_step(*sweep, steps.front(), options, clock, cancellation));
      steps = missing(*sweep);
    }
  }
  const SweepAnswer answer = sweep->answer();
  TIDEMARK_TRY(write_texts(
      rendered(answer, options.output), options.output.output,
      [&answer] { return sweep_junit(answer); }, options.output.junit));
  return code_of(answer);
}

}  // namespace

int cmd_sweep(const SweepOptions& options) {
  SignalCancellation cancellation;
  SteadyClock clock(cancellation);
  const Result<int> code = sweep_all(options, clock, cancellation);
  return code ? *code : print_error(code.error());
}

}  // namespace tidemark
