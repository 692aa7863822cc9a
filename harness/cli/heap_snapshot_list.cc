#include "harness/cli/heap_snapshot_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/cli/heap_snapshot_text.h"
#include "harness/report/sections.h"
#include "harness/report/text.h"
#include "harness/runtimes/v8/object_groups.h"

namespace tidemark {
namespace {

constexpr const char* kRow = "  {:>10}{:>9}{:>12}  {}";
constexpr std::size_t kClassColumn = 35;

struct Row {
  std::string text;
  ObjectCount count;
};

bool has(const ObjectGroup& group, const std::vector<Frame>& stack,
         const std::string& pattern) {
  const auto in = [&pattern](const std::string& text) {
    return text.find(pattern) != text.npos;
  };
  return in(group.type) ||
         std::any_of(stack.begin(), stack.end(), [&](const Frame& f) {
           return in(f.function) || in(f.file);
         });
}

std::string frame_text(const Frame& frame) {
  if (frame.file.empty()) return frame.function;
  return fmt::format("{} ({}:{})", frame.function, frame.file, frame.line);
}

// By the innermost function that is the program's own.
std::string row_text(const std::string& type, const std::vector<Frame>& stack) {
  if (stack.empty()) return type;
  auto own = std::find_if(stack.begin(), stack.end(),
                          [](const Frame& frame) { return !frame.library; });
  if (own == stack.end()) own = stack.begin();
  return fmt::format("{}, by {}", type, frame_text(*own));
}

// Stacks that differ only above it are one row; most bytes first.
std::vector<Row> rows_of(const V8Snapshot& snapshot,
                         const std::vector<ObjectGroup>& groups,
                         const std::string& pattern) {
  std::vector<Row> rows;
  std::unordered_map<std::string, std::size_t> known;
  for (const ObjectGroup& group : groups) {
    const std::vector<Frame> stack = allocation_stack(snapshot, group.trace);
    if (!has(group, stack, pattern)) continue;
    std::string text = row_text(group.type, stack);
    const auto [at, fresh] = known.try_emplace(text, rows.size());
    if (fresh) rows.push_back({std::move(text), {}});
    rows[at->second].count.objects += group.all.objects;
    rows[at->second].count.bytes += group.all.bytes;
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.count.bytes > b.count.bytes;
  });
  return rows;
}

}  // namespace

Result<std::string> heap_snapshot_list(const V8Snapshot& snapshot,
                                       const std::string& pattern,
                                       std::size_t most_rows,
                                       const ReportStyle& style) {
  const bool tracked = !snapshot.trace_node.empty();
  const std::vector<ObjectGroup> groups =
      object_groups(snapshot, GroupBy::kClassAndStack, {});
  Bytes bytes;
  for (const ObjectGroup& group : groups) bytes += group.all.bytes;
  const std::vector<Row> rows = rows_of(snapshot, groups, pattern);
  if (rows.empty())
    return fail(
        ErrorKind::kUsage,
        fmt::format("no class of objects has \"{}\" in its name{}",
                    printable(pattern),
                    tracked ? ", or was allocated by such a function" : ""),
        "`tidemark top` shows the largest");
  const std::size_t width = width_of(style);
  std::string text =
      wrapped(fmt::format("V8 heap snapshot: {}, {}",
                          plural(double(snapshot.nodes()), "object"),
                          bytes_text(bytes)),
              2, width) +
      "\n" +
      fmt::format(fmt::runtime(kRow), "itself", "of all", "objects",
                  tracked ? "class, and who allocated it" : "class") +
      "\n";
  for (std::size_t i = 0; i < rows.size() && i < most_rows; ++i) {
    const ObjectCount& count = rows[i].count;
    text += wrapped(
        fmt::format(fmt::runtime(kRow), bytes_text(count.bytes),
                    part_text(count.bytes, bytes), number_text(count.objects),
                    printable(rows[i].text)),
        kClassColumn, width);
  }
  if (rows.size() > most_rows)
    text += fmt::format("  … and {} more\n", rows.size() - most_rows);
  if (!tracked)
    text += wrapped(
        "  who allocated them is not in it: V8 tells that of what is born "
        "while allocations are tracked (DevTools: Allocation "
        "instrumentation on timeline, with stacks; or "
        "HeapProfiler.startTrackingHeapObjects with trackAllocations)",
        4, width);
  return text;
}

}  // namespace tidemark
