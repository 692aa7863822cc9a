// tidemark top, list and tree: of a stored record, or of a live process that
// runs under the agent.
#include <fmt/format.h>

#include <sstream>
#include <utility>

#include "harness/base/proc_tree.h"
#include "harness/base/text_file.h"
#include "harness/cli/commands.h"
#include "harness/cli/destinations.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/output.h"
#include "harness/cli/real_world.h"
#include "harness/cli/stored_record.h"
#include "harness/report/holdings.h"
#include "harness/run/live_holdings.h"
#include "harness/runtimes/native/probe.h"

namespace tidemark {
namespace {

Result<RunRecord> live(int pid) {
  if (!process_entry(pid))
    return fail(ErrorKind::kUsage, fmt::format("there is no process {}", pid),
                "--pid wants the number of a process that runs now");
  std::vector<pid_t> processes = descendants(list_processes(), pid);
  processes.insert(processes.begin(), pid);
  SignalCancellation cancellation;
  SteadyClock clock(cancellation);
  const std::unique_ptr<HeapProbe> probe = make_native_probe(clock);
  return live_holdings(processes, *probe);
}

std::vector<std::string> source_lines(const std::string& file) {
  std::vector<std::string> lines;
  // The record names the file, and anybody can have written a record.
  constexpr std::size_t kMost = 16u << 20;
  const Result<std::string> text = read_plain_file(file, kMost);
  if (!text) return lines;
  std::istringstream in(*text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

Result<std::string> text_of(const HoldingsOptions& options,
                            const RunRecord& record) {
  HoldingsQuestion question;
  if (options.finding > 0) question.finding = options.finding;
  question.most_rows = options.rows;
  question.pattern = options.pattern;
  const ReportStyle style = style_for(options.output);
  switch (options.table) {
    case HoldingsTable::kTop:
      return top_text(record, question, style);
    case HoldingsTable::kList:
      return list_text(record, question, source_lines, style);
    case HoldingsTable::kTree:
      break;
  }
  return tree_text(record, question, style);
}

// `list --pid N PATTERN`: the pattern stands where a record else does.
HoldingsOptions in_their_places(HoldingsOptions options) {
  if (options.table == HoldingsTable::kList && options.pid != 0 &&
      options.pattern.empty())
    std::swap(options.pattern, options.record);
  return options;
}

Status print(const HoldingsOptions& options) {
  if (options.record.empty() == (options.pid == 0))
    return fail(ErrorKind::kUsage, "wanted a record or --pid, one of the two",
                "records are in tidemark-out/ after `tidemark run`");
  TIDEMARK_TRY(check_file(options.output.output, "-o"));
  const Result<RunRecord> record =
      options.pid != 0 ? live(options.pid) : stored_record(options.record);
  TIDEMARK_TRY(record);
  const Result<std::string> text = text_of(options, *record);
  TIDEMARK_TRY(text);
  return write_text(*text, options.output.output);
}

}  // namespace

int cmd_holdings(const HoldingsOptions& options) {
  const Status done = print(in_their_places(options));
  return done ? kExitPass : print_error(done.error());
}

}  // namespace tidemark
