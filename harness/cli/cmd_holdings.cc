// tidemark top, list and tree: of a stored record, a profile, a heap dump, or a
// live process that runs under the agent.
#include <fmt/format.h>

#include <utility>

#include "harness/cli/commands.h"
#include "harness/cli/destinations.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/heap_dump_file.h"
#include "harness/cli/heap_snapshot_file.h"
#include "harness/cli/output.h"
#include "harness/cli/profile_source.h"
#include "harness/cli/source_files.h"
#include "harness/report/holdings.h"

namespace tidemark {
namespace {

Result<std::string> record_table(const HoldingsOptions& options,
                                 const RunRecord& record) {
  HoldingsQuestion question;
  if (options.finding > 0) question.finding = options.finding;
  question.most_rows = options.profile.rows;
  question.pattern = options.profile.pattern;
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

bool asks_for_a_profile(const HoldingsOptions& options) {
  const ProfileOptions& profile = options.profile;
  return !profile.sample_type.empty() || !profile.focus.empty() ||
         !profile.ignore.empty() || profile.normalise || profile.by_cum ||
         !profile.unit.empty() || !options.base.empty() ||
         !options.diff_base.empty();
}

Result<std::string> table_of(const HoldingsOptions& options,
                             const ProfileSource& source) {
  if (source.record && !asks_for_a_profile(options))
    return record_table(options, *source.record);
  if (options.finding > 0)
    return fail(ErrorKind::kUsage,
                "--finding is for a record's own tables, and this is a profile",
                "--focus chooses by function");
  ProfileOptions how = options.profile;
  how.against =
      options.diff_base.empty() ? Against::kSubtracted : Against::kCompared;
  const std::string& path =
      options.diff_base.empty() ? options.base : options.diff_base;
  if (path.empty() && how.normalise)
    return fail(ErrorKind::kUsage, "--normalize wants a base to be like",
                "name it by --base or --diff-base");
  if (path.empty())
    return profile_table(profile_of(source), options.table, how);
  const Result<ProfileSource> base = source_of_file(path);
  TIDEMARK_TRY(base);
  Result<Profile> difference = difference_of(source, *base, how);
  TIDEMARK_TRY(difference);
  return profile_table(*std::move(difference), options.table, how);
}

// `list --pid N PATTERN`: the pattern stands where a record else does.
HoldingsOptions in_their_places(HoldingsOptions options) {
  if (options.table == HoldingsTable::kList && options.pid != 0 &&
      options.profile.pattern.empty())
    std::swap(options.profile.pattern, options.record);
  return options;
}

Status print(const HoldingsOptions& options) {
  if (options.record.empty() == (options.pid == 0))
    return fail(ErrorKind::kUsage,
                "wanted a record, a profile, a heap dump or --pid, one of them",
                "records are in tidemark-out/ after `tidemark run`");
  TIDEMARK_TRY(check_file(options.output.output, "-o"));
  if (options.pid == 0 && is_heap_dump(options.record)) {
    const Result<std::string> text = heap_dump_table(options);
    TIDEMARK_TRY(text);
    return write_text(*text, options.output.output);
  }
  if (options.pid == 0 && is_heap_snapshot(options.record)) {
    if (asks_for_a_profile(options) || options.finding > 0)
      return fail(ErrorKind::kUsage,
                  fmt::format("{} is a heap snapshot, which is no profile and "
                              "has no findings",
                              options.record),
                  "`tidemark top` and `tidemark tree` take it with -n and -o");
    const Result<std::string> text = heap_snapshot_table(options);
    TIDEMARK_TRY(text);
    return write_text(*text, options.output.output);
  }
  const Result<ProfileSource> source = options.pid != 0
                                           ? source_of_process(options.pid)
                                           : source_of_file(options.record);
  TIDEMARK_TRY(source);
  const Result<std::string> text = table_of(options, *source);
  TIDEMARK_TRY(text);
  return write_text(*text, options.output.output);
}

}  // namespace

int cmd_holdings(const HoldingsOptions& options) {
  const Status done = print(in_their_places(options));
  return done ? kExitPass : print_error(done.error());
}

}  // namespace tidemark
