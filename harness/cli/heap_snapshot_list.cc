#include "harness/cli/heap_snapshot_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "harness/report/sections.h"
#include "harness/report/text.h"
#include "harness/runtimes/v8/object_groups.h"

namespace tidemark {
namespace {

constexpr const char* kRow = "  {:>10}{:>9}{:>12}  {}";
constexpr std::size_t kClassColumn = 35;

struct Row {
  const ObjectGroup* group;
  std::vector<Frame> stack;
};

bool has(const Row& row, const std::string& pattern) {
  const auto in = [&pattern](const std::string& text) {
    return text.find(pattern) != text.npos;
  };
  return in(row.group->type) ||
         std::any_of(row.stack.begin(), row.stack.end(), [&](const Frame& f) {
           return in(f.function) || in(f.file);
         });
}

std::string frame_text(const Frame& frame) {
  if (frame.file.empty()) return frame.function;
  return fmt::format("{} ({}:{})", frame.function, frame.file, frame.line);
}

// The caller that the program has written, and what it called.
std::string row_text(const Row& row) {
  if (row.stack.empty()) return row.group->type;
  auto own = std::find_if(row.stack.begin(), row.stack.end(),
                          [](const Frame& frame) { return !frame.library; });
  if (own == row.stack.end()) own = row.stack.begin();
  return fmt::format("{}, by {}", row.group->type, frame_text(*own));
}

std::string part_text(Bytes part, std::int64_t whole) {
  if (whole <= 0) return "–";
  return fmt::format("{:.1f} %", 100 * static_cast<double>(part.value) /
                                     static_cast<double>(whole));
}

}  // namespace

Result<std::string> heap_snapshot_list(const V8Snapshot& snapshot,
                                       const std::string& pattern,
                                       std::size_t most_rows,
                                       const ReportStyle& style) {
  const bool tracked = !snapshot.trace_node.empty();
  const std::vector<ObjectGroup> groups =
      object_groups(snapshot, GroupBy::kClassAndStack, {});
  std::int64_t bytes = 0;
  std::vector<Row> rows;
  for (const ObjectGroup& group : groups) {
    bytes += group.all.bytes.value;
    Row row{&group, allocation_stack(snapshot, group.trace)};
    if (has(row, pattern)) rows.push_back(std::move(row));
  }
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
                          bytes_text(Bytes{bytes})),
              2, width) +
      "\n" +
      fmt::format(fmt::runtime(kRow), "itself", "of all", "objects",
                  tracked ? "class, and who allocated it" : "class") +
      "\n";
  for (std::size_t i = 0; i < rows.size() && i < most_rows; ++i) {
    const ObjectCount& all = rows[i].group->all;
    text += wrapped(
        fmt::format(fmt::runtime(kRow), bytes_text(all.bytes),
                    part_text(all.bytes, bytes), number_text(all.objects),
                    printable(row_text(rows[i]))),
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
