#include "harness/cli/heap_snapshot_file.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include "harness/cli/heap_snapshot_list.h"
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

// Tells how far the reading is, and hears Ctrl-C.
class Reading {
 public:
  explicit Reading(const std::string& path)
      : clock_(cancellation_),
        observer_(path, "", progress_mode(false), clock_) {}

  bool go_on(const std::string& phase) {
    observer_.progress(phase);
    return !cancellation_.requested();
  }

 private:
  SignalCancellation cancellation_;
  SteadyClock clock_;
  RunObserver observer_;
};

Result<std::string> allocated(const HoldingsOptions& options) {
  Reading reading(options.record);
  const Result<V8Snapshot> snapshot = read_snapshot_file(
      options.record,
      [&reading](const std::string& phase) { return reading.go_on(phase); });
  TIDEMARK_TRY(snapshot);
  return heap_snapshot_list(*snapshot, options.profile.pattern,
                            options.profile.rows, style_for(options.output));
}

Result<HeapDumpAnswer> read_heap_dump(const HoldingsOptions& options) {
  Reading reading(options.record);
  SnapshotOptions how;
  how.most_paths = kMostWays;
  // One more than is told, so that it is told that there are more.
  how.most_rows = options.profile.rows + 1;
  how.progress = [&reading](const std::string& phase) {
    return reading.go_on(phase);
  };
  Result<V8Snapshot> snapshot =
      read_snapshot_file(options.record, how.progress);
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
  if (options.table == HoldingsTable::kList) return allocated(options);
  const Result<HeapDumpAnswer> answer = read_heap_dump(options);
  TIDEMARK_TRY(answer);
  const ReportStyle style = style_for(options.output);
  if (options.table == HoldingsTable::kTop)
    return heap_dump_top(*answer, options.profile.rows, style);
  return heap_dump_tree(*answer, options.profile.rows, style);
}

}  // namespace tidemark
