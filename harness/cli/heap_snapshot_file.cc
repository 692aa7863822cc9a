#include "harness/cli/heap_snapshot_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "harness/cli/heap_snapshot_text.h"
#include "harness/cli/output.h"
#include "harness/cli/progress.h"
#include "harness/cli/real_world.h"
#include "harness/runtimes/v8/snapshot_answer.h"
#include "harness/runtimes/v8/snapshot_parser.h"

namespace tidemark {
namespace {

constexpr std::size_t kBeginning = 4096;

std::string beginning_of(const std::string& path) {
  std::string text(kBeginning, '\0');
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return "";
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// Classes whose ways a tree shows, and ways that are kept of them.
constexpr std::size_t kTrees = 8;
constexpr std::size_t kMostWays = 500;

Result<HeapDumpAnswer> read_heap_dump(const HoldingsOptions& options) {
  const std::string& path = options.record;
  SignalCancellation cancellation;
  SteadyClock clock(cancellation);
  RunObserver observer(path, "", progress_mode(false), clock);
  SnapshotOptions how;
  how.most_paths = kMostWays;
  // One more than is told, so that it is told that there are more.
  how.most_rows = options.profile.rows + 1;
  how.progress = [&](const std::string& phase) {
    observer.progress(phase);
    return !cancellation.requested();
  };
  Result<V8Snapshot> snapshot = read_snapshot_file(path, how.progress);
  TIDEMARK_TRY(snapshot);
  if (options.table == HoldingsTable::kTree) how.ways_of_top = kTrees;
  Result<SnapshotAnswer> answer = answer_of(*std::move(snapshot), {}, how);
  TIDEMARK_TRY(answer);
  HeapDumpAnswer told;
  told.about = "V8 heap snapshot";
  told.objects = answer->objects;
  told.bytes = answer->bytes;
  told.top = std::move(answer->top);
  told.roots = std::move(answer->roots);
  told.held = std::move(answer->of_top);
  return told;
}

}  // namespace

bool is_heap_snapshot(const std::string& path) {
  return looks_like_heap_snapshot(beginning_of(path));
}

Result<std::string> heap_snapshot_table(const HoldingsOptions& options) {
  if (options.table == HoldingsTable::kList)
    return fail(ErrorKind::kUsage,
                fmt::format("{} is a heap dump, which does not say who "
                            "allocated",
                            options.record),
                "`tidemark top` and `tidemark tree` say who holds");
  const Result<HeapDumpAnswer> answer = read_heap_dump(options);
  TIDEMARK_TRY(answer);
  const ReportStyle style = style_for(options.output);
  if (options.table == HoldingsTable::kTop)
    return heap_dump_top(*answer, options.profile.rows, style);
  return heap_dump_tree(*answer, options.profile.rows, style);
}

}  // namespace tidemark
