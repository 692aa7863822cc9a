#include "harness/runtimes/v8/snapshot_graph.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "harness/runtimes/v8/object_groups.h"

namespace tidemark {
namespace {

// Labels of all edges. Of tens of millions hardly ever more than some ten
// thousand differ, so that each takes two bytes and not four.
class Labels {
 public:
  explicit Labels(std::vector<EdgeLabel> all) {
    constexpr std::size_t kMostDistinct = std::size_t{1} << 16;
    std::unordered_map<std::uint32_t, std::uint16_t> numbers;
    number_.reserve(all.size());
    for (const EdgeLabel label : all) {
      const auto [known, fresh] = numbers.try_emplace(
          label.bits(), static_cast<std::uint16_t>(distinct_.size()));
      if (fresh && distinct_.size() == kMostDistinct) {
        number_ = {};
        distinct_ = std::move(all);
        return;
      }
      if (fresh) distinct_.push_back(label);
      number_.push_back(known->second);
    }
  }

  EdgeLabel at(std::uint32_t edge) const {
    return number_.empty() ? distinct_[edge] : distinct_[number_[edge]];
  }

 private:
  std::vector<std::uint16_t> number_;  // of each edge; empty: too many differ
  std::vector<EdgeLabel> distinct_;    // by number, or else of each edge
};

// What a name of a reference is made of, once the snapshot is a graph.
struct Names {
  Labels labels;
  SnapshotStrings strings;
};

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

// "3 / part of key (Object @51403) -> value (Session @92227) pair in WeakMap
// (table @92225)" is the name of two references to the value: of the key,
// which holds it, and of the table, which does not.
constexpr std::string_view kPairOfTable = " pair in WeakMap (table @";

// The table's id.
std::optional<std::uint32_t> table_of_pair(std::string_view name) {
  const std::size_t at = name.rfind(kPairOfTable);
  if (at == std::string_view::npos) return std::nullopt;
  name.remove_prefix(at + kPairOfTable.size());
  std::uint32_t id = 0;
  const auto [end, error] =
      std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc{}) return std::nullopt;
  return id;
}

// V8 writes "<symbol owner>" where a program has object[owner].
std::string property_name(std::string_view name) {
  constexpr std::string_view kSymbol = "<symbol ";
  if (!name.starts_with(kSymbol) || !name.ends_with('>'))
    return std::string(name);
  name.remove_prefix(kSymbol.size());
  name.remove_suffix(1);
  return "[" + std::string(name) + "]";
}

std::string member_name(const Names& names, std::uint32_t edge) {
  const EdgeLabel label = names.labels.at(edge);
  if (label.kind() == EdgeKind::kElement) return "[]";
  if (!label.is_named()) return "";
  const std::string_view name = names.strings.at(label.name());
  if (label.kind() == EdgeKind::kContext)
    return std::string(name) + " (variable)";
  if (label.kind() != EdgeKind::kInternal) return property_name(name);
  if (table_of_pair(name)) return "[in a WeakMap]";
  return is_number(name) ? "[]" : std::string(name);
}

class RootFinder {
 public:
  explicit RootFinder(const V8Snapshot& snapshot) : snapshot_(snapshot) {}

  std::vector<GraphRoot> find() {
    each_edge(0, [this](std::uint32_t edge, ObjectIndex to) {
      if (snapshot_.label[edge].kind() == EdgeKind::kShortcut)
        global_object(to);
      else if (name_of(to) == "(GC roots)")
        each_edge(to, [this](std::uint32_t, ObjectIndex group) {
          group_of_roots(group);
        });
      else
        add(RootKind::kGlobal, std::string(name_of(to)), to);
    });
    return std::move(roots_);
  }

 private:
  template <class See>
  void each_edge(ObjectIndex from, See see) const {
    for (std::uint32_t edge = snapshot_.first[from];
         edge < snapshot_.first[from + 1]; ++edge)
      see(edge, snapshot_.to[edge]);
  }

  std::string_view name_of(ObjectIndex node) const {
    return snapshot_.strings.at(snapshot_.name[node]);
  }

  void add(RootKind kind, std::string name, ObjectIndex object) {
    roots_.push_back({kind, std::move(name), object});
  }

  // What a program calls global is a property of it, and a root of that name.
  void global_object(ObjectIndex global) {
    // Node calls it "global / ", "global" or "Object", Chrome "Window /
    // https://…".
    std::string own(name_of(global));
    if (own.ends_with(" / ")) own.resize(own.size() - 3);
    if (own.empty() || own == "Object") own = "global";
    each_edge(global, [&](std::uint32_t edge, ObjectIndex to) {
      const EdgeLabel label = snapshot_.label[edge];
      if (label.kind() != EdgeKind::kProperty || to == global) return;
      add(RootKind::kGlobal,
          own + "." + std::string(snapshot_.strings.at(label.name())), to);
    });
    add(RootKind::kGlobal, own, global);
  }

  static bool is_stack(std::string_view group) {
    return group == "(Stack roots)" || group == "(Handle scope)";
  }

  static bool is_handles(std::string_view group) {
    return group == "(Global handles)" || group == "(Eternal handles)" ||
           group == "(Traced handles)";
  }

  static bool is_weak_table(std::string_view group) {
    return group == "(Internalized strings)" || group == "(External strings)";
  }

  void group_of_roots(ObjectIndex group) {
    const std::string_view name = name_of(group);
    if (is_weak_table(name)) return;
    each_edge(group, [&](std::uint32_t, ObjectIndex to) {
      if (is_stack(name))
        add(RootKind::kStack, "the stack, " + std::string(name), to);
      // What an embedder keeps; a whole world (a context) is no explanation.
      else if (is_handles(name) &&
               snapshot_.kind_of(to) != SnapshotNodeKind::kHidden)
        add(RootKind::kGlobal, "native code, " + std::string(name), to);
      else
        add(RootKind::kAllocator, "V8, " + std::string(name), to);
    });
  }

  const V8Snapshot& snapshot_;
  std::vector<GraphRoot> roots_;
};

// Keeps the references for which `keep` is true, in their places.
template <class Keep>
void keep_edges(V8Snapshot& snapshot, Keep keep) {
  std::uint32_t kept = 0;
  for (ObjectIndex from = 0; from < snapshot.nodes(); ++from) {
    std::uint32_t edge = snapshot.first[from];
    const std::uint32_t end = snapshot.first[from + 1];
    snapshot.first[from] = kept;
    for (; edge < end; ++edge) {
      if (!keep(from, snapshot.to[edge], snapshot.label[edge])) continue;
      snapshot.to[kept] = snapshot.to[edge];
      snapshot.label[kept] = snapshot.label[edge];
      ++kept;
    }
  }
  snapshot.first.back() = kept;
  snapshot.to.resize(kept);
  snapshot.to.shrink_to_fit();
  snapshot.label.resize(kept);
  snapshot.label.shrink_to_fit();
}

void leave_out_what_holds_nothing(V8Snapshot& snapshot,
                                  const std::vector<GraphRoot>& roots) {
  // Who reaches them does not matter: their root does. They are V8's, and
  // nobody asks for them.
  std::vector<bool> v8s_own(snapshot.nodes());
  for (const GraphRoot& root : roots) {
    const SnapshotNodeKind kind = snapshot.kind_of(root.object);
    if (root.kind == RootKind::kAllocator &&
        (kind == SnapshotNodeKind::kHidden || kind == SnapshotNodeKind::kCode))
      v8s_own[root.object] = true;
  }
  std::vector<bool> is_pair(snapshot.strings.size());
  for (std::uint32_t i = 0; i < is_pair.size(); ++i)
    is_pair[i] = table_of_pair(snapshot.strings.at(i)).has_value();
  keep_edges(snapshot, [&](ObjectIndex from, ObjectIndex to, EdgeLabel label) {
    // The synthetic root and its groups have become GraphRoots.
    if (from == 0 || v8s_own[to]) return false;
    if (label.kind() != EdgeKind::kInternal || !is_pair[label.name()])
      return true;
    return table_of_pair(snapshot.strings.at(label.name())) !=
           snapshot.id[from];
  });
}

bool is_middleman(std::string_view type) {
  return type == "(array)" || type == "(system)" || type == "(compiled code)" ||
         type == "(object shape)" || type.starts_with("system / ");
}

// How the holder after a middleman is held: by its own name, if that says
// something; in an array, as one of many; else as the middleman was.
std::string folded_member(const NamedHolder& middleman,
                          const NamedHolder& next) {
  if (!next.member.empty() && next.member != "[]") return next.member;
  return middleman.type == "(array)" || middleman.member.empty()
             ? next.member
             : middleman.member;
}

void fold(NamedPath& path) {
  std::vector<NamedHolder> kept;
  for (std::size_t i = 0; i < path.holders.size(); ++i) {
    NamedHolder& holder = path.holders[i];
    if (i + 1 == path.holders.size() || !is_middleman(holder.type))
      kept.push_back(std::move(holder));
    else
      path.holders[i + 1].member = folded_member(holder, path.holders[i + 1]);
  }
  path.holders = std::move(kept);
}

bool is_alike(const NamedPath& a, const NamedPath& b) {
  const auto same = [](const NamedHolder& x, const NamedHolder& y) {
    return x.type == y.type && x.member == y.member;
  };
  return a.root == b.root && a.root_name == b.root_name &&
         std::equal(a.holders.begin(), a.holders.end(), b.holders.begin(),
                    b.holders.end(), same);
}

}  // namespace

bool is_plain_class(std::string_view type) {
  return type.starts_with('(') || type == "Object" || type == "Array" ||
         type == "system / Context";
}

SnapshotGraph snapshot_graph(V8Snapshot snapshot, Members members) {
  SnapshotGraph result;
  ObjectGraph& graph = result.graph;
  graph.roots = RootFinder(snapshot).find();
  leave_out_what_holds_nothing(snapshot, graph.roots);
  ClassNumbers classes(snapshot);
  // In its place: there are millions.
  for (ObjectIndex node = 0; node < snapshot.nodes(); ++node)
    snapshot.name[node] = classes.of(snapshot.kind[node], snapshot.name[node]);
  graph.type_names = classes.take();
  for (const std::string& type : graph.type_names)
    graph.plain.push_back(is_plain_class(type));
  graph.type = std::move(snapshot.name);
  graph.self = std::move(snapshot.self);
  graph.first = std::move(snapshot.first);
  graph.to = std::move(snapshot.to);
  result.id = std::move(snapshot.id);
  if (members == Members::kUnnamed) return result;
  const auto names = std::make_shared<const Names>(
      Names{Labels(std::move(snapshot.label)), std::move(snapshot.strings)});
  graph.member_of = [names](ObjectIndex, std::uint32_t edge) {
    return member_name(*names, edge);
  };
  return result;
}

void fold_middlemen(NamedRetention& retention) {
  std::vector<NamedPath> folded;
  for (NamedPath& path : retention.paths) {
    fold(path);
    const auto same =
        std::find_if(folded.begin(), folded.end(),
                     [&](const NamedPath& one) { return is_alike(one, path); });
    if (same == folded.end()) {
      folded.push_back(std::move(path));
      continue;
    }
    same->objects += path.objects;
    same->bytes += path.bytes;
    same->retained += path.retained;
    same->share += path.share;
  }
  std::stable_sort(
      folded.begin(), folded.end(),
      [](const NamedPath& a, const NamedPath& b) { return a.bytes > b.bytes; });
  retention.paths = std::move(folded);
}

std::vector<NamedRetention> folded_ways(const ObjectGraph& graph,
                                        const Dominators& dominators,
                                        std::span<const Wanted> questions,
                                        std::size_t most_paths) {
  // Paths that differ only in middlemen are one in the end.
  constexpr std::size_t kSpare = 4;
  std::vector<NamedRetention> held =
      who_holds(graph, dominators, questions, most_paths * kSpare);
  for (NamedRetention& each : held) {
    fold_middlemen(each);
    if (each.paths.size() > most_paths) each.paths.resize(most_paths);
  }
  return held;
}

}  // namespace tidemark
