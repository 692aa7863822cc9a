// `tidemark compare OLD NEW`: two scenarios, run in turns on this machine, or
// two stored records.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "harness/base/text_file.h"
#include "harness/cli/commands.h"
#include "harness/cli/destinations.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/output.h"
#include "harness/cli/prepare.h"
#include "harness/cli/real_world.h"
#include "harness/cli/run_once.h"
#include "harness/cli/stored_record.h"
#include "harness/cli/version.h"
#include "harness/compare/compare.h"
#include "harness/report/compare_report.h"
#include "harness/report/html.h"

namespace tidemark {
namespace {

constexpr std::array kSides{"old", "new"};  // in names of files
constexpr std::array kTitles{"OLD", "NEW"};

// A scenario may be written as JSON, too; a record says what it is.
Result<bool> is_record(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text)
    return fail(ErrorKind::kUsage, text.error().message,
                "give two scenario files, or two records as `tidemark run` "
                "keeps them in its records folder");
  const std::size_t first = text->find_first_not_of(" \t\r\n");
  return first != std::string::npos && (*text)[first] == '{' &&
         text->find("\"tidemark_record\"") != std::string::npos;
}

// The runs of both versions, OLD first.
struct Versions {
  std::array<std::vector<RunRecord>, 2> runs;
  std::array<std::vector<std::string>, 2> kept_at;
};

Result<Versions> stored(const CompareOptions& options) {
  Versions versions;
  for (std::size_t side = 0; side < 2; ++side) {
    Result<RunRecord> record = stored_record(options.paths[side]);
    TIDEMARK_TRY(record);
    versions.runs[side].push_back(*std::move(record));
    versions.kept_at[side].push_back(options.paths[side]);
  }
  return versions;
}

RunOnce how_to_run(const CompareOptions& options) {
  RunOnce how;
  how.record_folder = options.record_folder;
  how.show_output = options.show_output;
  how.quiet = options.quiet;
  how.suppressions = options.suppressions;
  return how;
}

Status run_into(Versions& versions, std::size_t side, int round,
                const CompareOptions& options, Clock& clock,
                Cancellation& cancellation) {
  const std::string& path = options.paths[side];
  RunOnce how = how_to_run(options);
  how.record_name = fmt::format("compare-{}-{}", kSides[side], round);
  how.title =
      fmt::format("{} run {} of {}", kTitles[side], round, options.rounds);
  Result<RunOnceResult> run = run_once(path, how, clock, cancellation);
  TIDEMARK_TRY(run);
  if (run->record.error) {
    Error error = *run->record.error;
    error.message = fmt::format("{}: {}", how.title, error.message);
    return fail(std::move(error));
  }
  versions.runs[side].push_back(std::move(run->record));
  versions.kept_at[side].push_back(run->kept_at);
  return {};
}

// Whole runs in turns, so that a machine that becomes slower or warmer does
// so for both.
Result<Versions> alternated(const CompareOptions& options, Clock& clock,
                            Cancellation& cancellation) {
  // A mistake in NEW is no reason to wait for OLD.
  for (const std::string& path : options.paths)
    TIDEMARK_TRY(check_scenario(path, how_to_run(options)));
  Versions versions;
  for (int round = 1; round <= options.rounds; ++round)
    for (std::size_t side = 0; side < 2; ++side)
      TIDEMARK_TRY(
          run_into(versions, side, round, options, clock, cancellation));
  return versions;
}

std::string rendered(const VersionComparison& comparison,
                     const Versions& versions, const OutputOptions& output) {
  if (output.format == "html")
    return compare_html(comparison, versions.runs[0], versions.runs[1]);
  if (output.format == "json") return compare_json(comparison);
  if (output.format == "junit") return compare_junit(comparison);
  if (output.format == "markdown") return compare_markdown(comparison);
  return compare_text(comparison, style_for(output));
}

// Told first: it may be all that makes the difference.
void note_other_scenario(VersionComparison& comparison) {
  const std::string& before = comparison.before.name;
  const std::string& after = comparison.after.name;
  if (before == after) return;
  comparison.notes.insert(
      comparison.notes.begin(),
      fmt::format("warning: these are records of two scenarios, `{}` and `{}`, "
                  "and not of two versions of one service under one load",
                  before, after));
}

void name_sides(VersionComparison& comparison, const CompareOptions& options,
                const Versions& versions) {
  const std::array<ComparedSide*, 2> sides{&comparison.before,
                                           &comparison.after};
  for (std::size_t side = 0; side < 2; ++side) {
    sides[side]->path = options.paths[side];
    for (std::size_t i = 0; i < sides[side]->runs.size(); ++i)
      sides[side]->runs[i].kept_at = versions.kept_at[side][i];
  }
}

Result<int> compare(const CompareOptions& options, Clock& clock,
                    Cancellation& cancellation) {
  std::array<bool, 2> records{};
  for (std::size_t side = 0; side < 2; ++side) {
    const Result<bool> record = is_record(options.paths[side]);
    TIDEMARK_TRY(record);
    records[side] = *record;
  }
  if (records[0] != records[1])
    return fail(ErrorKind::kUsage,
                "one of the two is a record and the other a scenario",
                "give two scenarios or two records; a scenario is judged "
                "against a record by `tidemark run --baseline RECORD`");
  TIDEMARK_TRY(check_outputs(options.output));
  const TimePoint started = clock.now();
  const std::string started_at = utc_now();
  const Result<Versions> versions =
      records[0] ? stored(options) : alternated(options, clock, cancellation);
  TIDEMARK_TRY(versions);
  Result<VersionComparison> comparison =
      compare_runs(versions->runs[0], versions->runs[1], options.max_slowdown);
  TIDEMARK_TRY(comparison);
  comparison->tidemark_version = kVersionText;
  comparison->started_at = started_at;
  comparison->took = clock.now() - started;
  name_sides(*comparison, options, *versions);
  if (records[0]) note_other_scenario(*comparison);
  TIDEMARK_TRY(write_texts(
      rendered(*comparison, *versions, options.output), options.output.output,
      [&comparison] { return compare_junit(*comparison); },
      options.output.junit));
  return exit_code(comparison->outcome);
}

}  // namespace

int cmd_compare(const CompareOptions& options) {
  SignalCancellation cancellation;
  SteadyClock clock(cancellation);
  const Result<int> code = compare(options, clock, cancellation);
  return code ? *code : print_error(code.error());
}

}  // namespace tidemark
