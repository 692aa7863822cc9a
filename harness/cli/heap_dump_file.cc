#include "harness/cli/heap_dump_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "harness/cli/dump_text.h"
#include "harness/cli/output.h"
#include "harness/cli/progress.h"
#include "harness/cli/real_world.h"
#include "harness/runtimes/jvm/heap_dump.h"

namespace tidemark {
namespace {

constexpr std::string_view kMagic = "JAVA PROFILE ";
// Classes whose ways a tree shows.
constexpr std::size_t kTrees = 5;
// Who waits for less needs no progress.
constexpr Duration kSoon = std::chrono::seconds(1);

std::string for_other_sources(const HoldingsOptions& options) {
  const ProfileOptions& profile = options.profile;
  if (options.finding > 0) return "--finding";
  if (!profile.sample_type.empty()) return "--sample-type";
  if (!profile.focus.empty()) return "--focus";
  if (!profile.ignore.empty()) return "--ignore";
  if (profile.normalise) return "--normalize";
  if (profile.by_cum) return "--cum";
  if (!profile.unit.empty() && options.table != HoldingsTable::kList)
    return "--unit";
  if (!options.base.empty()) return "--base";
  if (!options.diff_base.empty()) return "--diff-base";
  return {};
}

std::string progress_text(const jvm::DumpProgress& progress) {
  if (progress.of.value <= 0) return progress.phase;
  return fmt::format("{}, {:.0f} %", progress.phase,
                     100 * static_cast<double>(progress.read.value) /
                         static_cast<double>(progress.of.value));
}

}  // namespace

bool is_heap_dump(const std::string& path) {
  // What is read of a pipe is gone from it.
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  std::string start(kMagic.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  return file && start == kMagic;
}

Result<std::string> heap_dump_table(const HoldingsOptions& options) {
  if (const std::string wrong = for_other_sources(options); !wrong.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("{} is for records and profiles, and {} is a heap "
                            "dump",
                            wrong, options.record),
                "-n chooses how many rows are shown");
  SignalCancellation cancellation;
  SteadyClock clock(cancellation);
  RunObserver observer(options.record, "", progress_mode(false), clock);
  const TimePoint begin = clock.now();
  jvm::DumpOptions how;
  // One more than is told, so that it is told that there are more.
  how.most_rows = options.profile.rows + 1;
  how.most_paths = options.profile.rows;
  how.ways_of_top = options.table == HoldingsTable::kTree ? kTrees : 0;
  how.progress = [&](const jvm::DumpProgress& progress) {
    if (clock.now() - begin >= kSoon)
      observer.progress(progress_text(progress));
    return !cancellation.requested();
  };
  const Result<jvm::DumpAnswer> dump = jvm::read_dump(options.record, {}, how);
  TIDEMARK_TRY(dump);
  DumpTables tables;
  tables.most_rows = options.profile.rows;
  tables.style = style_for(options.output);
  tables.unit = options.profile.unit;
  tables.pattern = options.profile.pattern;
  switch (options.table) {
    case HoldingsTable::kTop:
      return dump_top(*dump, tables);
    case HoldingsTable::kList:
      return dump_list(*dump, tables);
    case HoldingsTable::kTree:
      break;
  }
  return dump_tree(*dump, tables);
}

}  // namespace tidemark
