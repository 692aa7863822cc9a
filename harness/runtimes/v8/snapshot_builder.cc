#include "harness/runtimes/v8/snapshot_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tidemark {
namespace {

constexpr std::uint64_t kMost32 = 0xffffffff;

// Grows with what has come, never beyond what was promised: a number that lies
// costs nothing, and one that does not costs no spare room.
template <class T>
void append(std::vector<T>& list, T value, std::uint64_t promised) {
  constexpr std::uint64_t kLeast = 1024;
  if (list.size() == list.capacity())
    list.reserve(static_cast<std::size_t>(
        std::min(std::max(promised, std::uint64_t{list.size()} + 1),
                 std::max(kLeast, std::uint64_t{list.size()} * 2))));
  list.push_back(value);
}

}  // namespace

bool SnapshotBuilder::refuse(std::string problem) {
  problem_ = std::move(problem);
  return false;
}

void SnapshotBuilder::begin(SnapshotMeta meta) {
  snapshot_.meta = std::move(meta);
}

bool SnapshotBuilder::add_size(std::uint64_t bytes) {
  // Sums are signed numbers of 64 bits.
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 56;
  bytes_ += bytes;
  if (bytes_ > kMostBytes)
    return refuse("the objects are larger than any memory");
  const bool beyond = bytes >= V8Snapshot::kBeyond;
  append(snapshot_.self,
         beyond ? V8Snapshot::kBeyond : static_cast<std::uint32_t>(bytes),
         snapshot_.meta.node_count);
  if (beyond)
    snapshot_.large.emplace_back(
        static_cast<ObjectIndex>(snapshot_.self.size() - 1), bytes);
  return true;
}

bool SnapshotBuilder::end_node() {
  const SnapshotMeta& meta = snapshot_.meta;
  const auto field = [this](std::uint8_t at) { return record_.field[at]; };
  const std::uint64_t type = field(meta.node.type);
  const std::uint64_t edge_count = field(meta.node.edge_count);
  record_.filled = 0;
  if (snapshot_.kind.size() == meta.node_count)
    return refuse(
        fmt::format("more nodes than the {} of `node_count`", meta.node_count));
  if (type >= meta.node_kinds.size())
    return refuse(fmt::format("a node of type {}, and there are {} types", type,
                              meta.node_kinds.size()));
  if (field(meta.node.name) > EdgeLabel::kMostName)
    return refuse(
        fmt::format("a node whose name is string {}", field(meta.node.name)));
  if (field(meta.node.id) > kMost32)
    return refuse(fmt::format("a node with id {}", field(meta.node.id)));
  if (edge_count > meta.edge_count - edges_promised_)
    return refuse(fmt::format(
        "a node with {} edges, more than are left of the {} of `edge_count`",
        edge_count, meta.edge_count));
  edges_promised_ += edge_count;
  if (!add_size(field(meta.node.self_size))) return false;
  append(snapshot_.kind, static_cast<std::uint8_t>(type), meta.node_count);
  append(snapshot_.name, static_cast<std::uint32_t>(field(meta.node.name)),
         meta.node_count);
  append(snapshot_.id, static_cast<std::uint32_t>(field(meta.node.id)),
         meta.node_count);
  // For now how many there are; from where on once they are read.
  append(snapshot_.first, static_cast<std::uint32_t>(edge_count),
         std::uint64_t{meta.node_count} + 1);
  const auto index = static_cast<ObjectIndex>(snapshot_.kind.size() - 1);
  if (meta.node.detachedness != kNoField && field(meta.node.detachedness) == 2)
    snapshot_.detached.push_back(index);
  if (meta.node.trace_node == kNoField) return true;
  const std::uint64_t trace = field(meta.node.trace_node);
  if (trace > kMost32)
    return refuse(fmt::format("a node with trace node {}", trace));
  if (trace != 0 && snapshot_.trace_node.empty())
    snapshot_.trace_node.resize(index);
  if (trace != 0 || !snapshot_.trace_node.empty())
    append(snapshot_.trace_node, static_cast<std::uint32_t>(trace),
           meta.node_count);
  return true;
}

bool SnapshotBuilder::end_nodes() {
  const SnapshotMeta& meta = snapshot_.meta;
  if (record_.filled != 0) return refuse("the last node is not complete");
  if (snapshot_.kind.size() != meta.node_count)
    return refuse(fmt::format("{} nodes, and `node_count` is {}",
                              snapshot_.kind.size(), meta.node_count));
  if (edges_promised_ != meta.edge_count)
    return refuse(fmt::format("the nodes have {} edges, and `edge_count` is {}",
                              edges_promised_, meta.edge_count));
  if (meta.node_count == 0) return refuse("there is no node, not even a root");
  from_ = 0;
  edges_left_ = std::exchange(snapshot_.first[0], 0);
  return true;
}

// Goes on to the next node that has edges, if this one's are read.
void SnapshotBuilder::finish_node_edges() {
  while (edges_left_ == 0 && from_ + 1 < snapshot_.first.size()) {
    ++from_;
    edges_left_ =
        std::exchange(snapshot_.first[from_],
                      static_cast<std::uint32_t>(snapshot_.to.size()));
  }
}

bool SnapshotBuilder::end_edge() {
  const SnapshotMeta& meta = snapshot_.meta;
  const std::uint64_t type = record_.field[meta.edge.type];
  std::uint64_t name_of = record_.field[meta.edge.name];
  const std::uint64_t offset = record_.field[meta.edge.to];
  record_.filled = 0;
  if (edges_read_ == meta.edge_count)
    return refuse(
        fmt::format("more edges than the {} of `edge_count`", meta.edge_count));
  ++edges_read_;
  if (type >= meta.edge_kinds.size())
    return refuse(fmt::format("an edge of type {}, and there are {} types",
                              type, meta.edge_kinds.size()));
  const std::uint64_t to = offset / meta.node.count;
  if (offset % meta.node.count != 0 || to >= meta.node_count)
    return refuse(fmt::format(
        "an edge to {}, where no node begins: there are {} nodes of {} fields",
        offset, meta.node_count, meta.node.count));
  finish_node_edges();
  --edges_left_;
  const EdgeKind kind = meta.edge_kinds[type];
  if (kind == EdgeKind::kWeak) {
    ++snapshot_.weak_edges;
    return true;
  }
  if (kind == EdgeKind::kShortcut && from_ != 0) {
    ++snapshot_.shortcut_edges;
    return true;
  }
  const bool named = EdgeLabel(kind, 0).is_named();
  if (named && name_of > EdgeLabel::kMostName)
    return refuse(fmt::format("an edge whose name is string {}", name_of));
  name_of = std::min<std::uint64_t>(name_of, EdgeLabel::kMostName);
  append(snapshot_.to, static_cast<ObjectIndex>(to), meta.edge_count);
  append(snapshot_.label, EdgeLabel(kind, static_cast<std::uint32_t>(name_of)),
         meta.edge_count);
  return true;
}

bool SnapshotBuilder::end_edges() {
  if (record_.filled != 0) return refuse("the last edge is not complete");
  if (edges_read_ != snapshot_.meta.edge_count)
    return refuse(fmt::format("{} edges, and `edge_count` is {}", edges_read_,
                              snapshot_.meta.edge_count));
  finish_node_edges();
  // Nodes without edges at the end, and the end itself.
  snapshot_.first.push_back(static_cast<std::uint32_t>(snapshot_.to.size()));
  return true;
}

bool SnapshotBuilder::take_trace_function(std::uint64_t number) {
  const SnapshotMeta::TraceFunctionFields& fields =
      snapshot_.meta.trace_function;
  record_.field[record_.filled] = std::min(number, kMost32);
  if (++record_.filled < fields.count) return true;
  record_.filled = 0;
  const auto field = [this](std::uint8_t at) {
    return static_cast<std::uint32_t>(record_.field[at]);
  };
  TraceFunction function;
  function.name = field(fields.name);
  function.script = field(fields.script);
  function.line = field(fields.line);
  function.column = field(fields.column);
  if (std::max(function.name, function.script) > EdgeLabel::kMostName)
    return refuse(fmt::format("a function whose name is string {}",
                              std::max(function.name, function.script)));
  snapshot_.trace_functions.push_back(function);
  return true;
}

bool SnapshotBuilder::end_trace_functions() {
  if (record_.filled != 0) return refuse("the last function is not complete");
  return true;
}

bool SnapshotBuilder::open_trace_list() {
  // V8 follows calls to a depth of 64.
  constexpr std::size_t kDeepest = 1024;
  const std::size_t fields = snapshot_.meta.trace_node.count;
  if (trace_path_.size() == kDeepest)
    return refuse(fmt::format("stacks of more than {} calls", kDeepest));
  TraceLevel level;
  if (!trace_path_.empty()) {
    TraceLevel& above = trace_path_.back();
    if (above.record.filled + 1 != fields)
      return refuse("a list where no `children` are");
    trace_path_.back().record.filled = 0;
    if (!end_trace_node()) return false;
    level.caller = static_cast<std::uint32_t>(snapshot_.trace_nodes.size() - 1);
  }
  trace_path_.push_back(level);
  return true;
}

bool SnapshotBuilder::end_trace_node() {
  const SnapshotMeta::TraceNodeFields& fields = snapshot_.meta.trace_node;
  const TraceLevel& level = trace_path_.back();
  const std::uint64_t id = level.record.field[fields.id];
  const std::uint64_t function = level.record.field[fields.function];
  if (id > kMost32) return refuse(fmt::format("a stack with id {}", id));
  if (function >= snapshot_.trace_functions.size())
    return refuse(fmt::format("a stack in function {}, and there are {}",
                              function, snapshot_.trace_functions.size()));
  const auto own = static_cast<std::uint32_t>(snapshot_.trace_nodes.size());
  const bool is_outermost = trace_path_.size() == 1;
  snapshot_.trace_nodes.push_back({static_cast<std::uint32_t>(id),
                                   static_cast<std::uint32_t>(function),
                                   is_outermost ? own : level.caller});
  return true;
}

bool SnapshotBuilder::take_trace_number(std::uint64_t number) {
  Record& record = trace_path_.back().record;
  if (record.filled + 1 >= snapshot_.meta.trace_node.count)
    return refuse("a number where the `children` of a stack should be");
  record.field[record.filled++] = number;
  return true;
}

bool SnapshotBuilder::close_trace_list() {
  if (trace_path_.back().record.filled != 0)
    return refuse("the last stack is not complete");
  trace_path_.pop_back();
  return true;
}

void SnapshotBuilder::name(std::uint32_t string) {
  named_[string / 64] |= std::uint64_t{1} << (string % 64);
}

bool SnapshotBuilder::begin_strings(std::uint64_t before) {
  const auto is_told = [](SnapshotNodeKind kind) {
    return kind != SnapshotNodeKind::kOther &&
           kind != SnapshotNodeKind::kArray && kind != SnapshotNodeKind::kCode;
  };
  for (const std::uint32_t each : snapshot_.name)
    highest_name_ = std::max(highest_name_, each);
  for (const EdgeLabel each : snapshot_.label)
    if (each.is_named()) highest_name_ = std::max(highest_name_, each.name());
  for (const TraceFunction& each : snapshot_.trace_functions)
    highest_name_ = std::max({highest_name_, each.name, each.script});
  // There are no strings that nothing is named by, so a number cannot be
  // larger than the text that has the names; nor may one number cost memory.
  if (highest_name_ / 8 > before)
    return refuse(
        fmt::format("something is named by string {}, more than there can be",
                    highest_name_));
  named_.assign(highest_name_ / 64 + 1, 0);
  for (std::size_t node = 0; node < snapshot_.nodes(); ++node)
    if (is_told(snapshot_.kind_of(static_cast<ObjectIndex>(node))))
      name(snapshot_.name[node]);
  for (const EdgeLabel each : snapshot_.label)
    if (each.is_named()) name(each.name());
  for (const TraceFunction& each : snapshot_.trace_functions) {
    name(each.name);
    name(each.script);
  }
  return true;
}

bool SnapshotBuilder::add_string(std::string_view kept) {
  if (snapshot_.strings.size() > EdgeLabel::kMostName)
    return refuse("more strings than are read");
  snapshot_.strings.add(kept);
  return true;
}

bool SnapshotBuilder::end_strings() {
  if (highest_name_ >= snapshot_.strings.size())
    return refuse(
        fmt::format("something is named by string {}, and there are "
                    "{} strings",
                    highest_name_, snapshot_.strings.size()));
  named_ = {};
  // Stacks are looked up by id.
  std::vector<TraceNode>& stacks = snapshot_.trace_nodes;
  std::vector<std::uint32_t> order(stacks.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = static_cast<std::uint32_t>(i);
  std::stable_sort(order.begin(), order.end(),
                   [&stacks](std::uint32_t a, std::uint32_t b) {
                     return stacks[a].id < stacks[b].id;
                   });
  std::vector<std::uint32_t> now_at(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    now_at[order[i]] = static_cast<std::uint32_t>(i);
  std::vector<TraceNode> sorted;
  sorted.reserve(stacks.size());
  for (const std::uint32_t was : order) {
    sorted.push_back(stacks[was]);
    sorted.back().caller = now_at[sorted.back().caller];
  }
  stacks = std::move(sorted);
  return true;
}

}  // namespace tidemark
