#include "harness/runtimes/v8/object_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace tidemark {

std::uint32_t ClassNumbers::of(std::uint8_t kind, std::uint32_t name) {
  switch (snapshot_.meta.node_kinds[kind]) {
    case SnapshotNodeKind::kObject:
    case SnapshotNodeKind::kNative:
    case SnapshotNodeKind::kSynthetic:
    case SnapshotNodeKind::kClosure:
      break;
    default:
      name = 0;
  }
  const auto [known, fresh] =
      numbers_.try_emplace(std::uint64_t{kind} << 32 | name, 0);
  if (!fresh) return known->second;
  // Several kinds may have one name, and so may strings that were cut.
  std::string text = name_of(kind, name);
  const auto [same, is_new] =
      by_name_.try_emplace(text, static_cast<std::uint32_t>(names_.size()));
  if (is_new) names_.push_back(std::move(text));
  return known->second = same->second;
}

std::string ClassNumbers::name_of(std::uint8_t kind, std::uint32_t name) const {
  const std::string own(snapshot_.strings.at(name));
  switch (snapshot_.meta.node_kinds[kind]) {
    case SnapshotNodeKind::kObject:
      return own.empty() ? "(object)" : own;
    case SnapshotNodeKind::kNative:
      return own.empty() ? "(native)" : own;
    case SnapshotNodeKind::kSynthetic:
      return own.empty() ? "(synthetic)" : own;
    case SnapshotNodeKind::kClosure:
      return own.empty() ? "(closure)" : "function " + own;
    case SnapshotNodeKind::kHidden:
      return "(system)";
    case SnapshotNodeKind::kCode:
      return "(compiled code)";
    case SnapshotNodeKind::kArray:
    case SnapshotNodeKind::kOther:
      break;
  }
  return fmt::format("({})", snapshot_.meta.node_words[kind]);
}

namespace {

void add(ObjectCount& count, std::int64_t bytes) {
  count.objects.value += 1;
  count.bytes.value += bytes;
}

}  // namespace

std::vector<ObjectGroup> object_groups(
    const V8Snapshot& snapshot, GroupBy by,
    std::span<const std::uint32_t> last_ids) {
  ClassNumbers classes(snapshot);
  std::unordered_map<std::uint64_t, std::size_t> numbers;
  std::vector<ObjectGroup> groups;
  std::vector<std::uint32_t> class_of_group;
  const bool with_stacks =
      by == GroupBy::kClassAndStack && !snapshot.trace_node.empty();
  for (ObjectIndex node = 0; node < snapshot.nodes(); ++node) {
    const std::uint32_t type =
        classes.of(snapshot.kind[node], snapshot.name[node]);
    const std::uint32_t trace = with_stacks ? snapshot.trace_node[node] : 0;
    const auto [known, fresh] =
        numbers.try_emplace(std::uint64_t{type} << 32 | trace, groups.size());
    if (fresh) {
      ObjectGroup group;
      group.trace = trace;
      group.rings.resize(last_ids.size() + 1);
      groups.push_back(std::move(group));
      class_of_group.push_back(type);
    }
    ObjectGroup& group = groups[known->second];
    const auto bytes = static_cast<std::int64_t>(snapshot.bytes_of(node));
    add(group.all, bytes);
    const std::uint32_t id = snapshot.id[node];
    if (!id_tells_birth(id)) continue;
    const auto ring = std::lower_bound(last_ids.begin(), last_ids.end(), id) -
                      last_ids.begin();
    add(group.rings[static_cast<std::size_t>(ring)], bytes);
  }
  for (std::size_t i = 0; i < groups.size(); ++i)
    groups[i].type = classes.names()[class_of_group[i]];
  std::sort(groups.begin(), groups.end(),
            [](const ObjectGroup& a, const ObjectGroup& b) {
              return std::tie(b.all.bytes, a.type, a.trace) <
                     std::tie(a.all.bytes, b.type, b.trace);
            });
  return groups;
}

std::vector<Frame> allocation_stack(const V8Snapshot& snapshot,
                                    std::uint32_t trace) {
  const std::vector<TraceNode>& nodes = snapshot.trace_nodes;
  const auto found = std::lower_bound(
      nodes.begin(), nodes.end(), trace,
      [](const TraceNode& node, std::uint32_t id) { return node.id < id; });
  std::vector<Frame> frames;
  if (trace == 0 || found == nodes.end() || found->id != trace) return frames;
  // The outermost is "(root)", which nobody has written.
  auto at = static_cast<std::uint32_t>(found - nodes.begin());
  while (nodes[at].caller != at) {
    const TraceFunction& function =
        snapshot.trace_functions[nodes[at].function];
    Frame frame;
    frame.function = snapshot.strings.at(function.name);
    if (frame.function.empty()) frame.function = "(anonymous)";
    frame.file = snapshot.strings.at(function.script);
    frame.line = function.line;
    frame.library = frame.file.empty() || frame.file.starts_with("node:");
    frames.push_back(std::move(frame));
    at = nodes[at].caller;
  }
  return frames;
}

}  // namespace tidemark
