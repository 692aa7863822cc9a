#include "harness/runtimes/v8/census.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "harness/runtimes/v8/object_groups.h"

namespace tidemark::v8 {
namespace {

// What a kind of node is to the service.
enum class Part : std::uint8_t {
  kOwn,      // counts
  kPassage,  // does not count, but what it holds may
  kV8s,      // neither it nor what only it holds
};

Part part_of(const V8Snapshot& snapshot, std::size_t kind) {
  switch (snapshot.meta.node_kinds[kind]) {
    case SnapshotNodeKind::kCode:
      return Part::kV8s;
    case SnapshotNodeKind::kHidden:
    case SnapshotNodeKind::kSynthetic:
      return Part::kPassage;
    default:
      return snapshot.meta.node_words[kind] == "object shape" ? Part::kV8s
                                                              : Part::kOwn;
  }
}

// Roots below which V8 keeps what it has made for itself.
bool is_cache(std::string_view root) {
  static constexpr std::array<std::string_view, 11> kCaches = {
      "(Internalized strings)",
      "(External strings)",
      "(Read-only roots)",
      "(Strong roots)",
      "(Smi roots)",
      "(Bootstrapper)",
      "(Compilation cache)",
      "(Builtins)",
      "(Startup object cache)",
      "(Read-only object cache)",
      "(Shareable object cache)",
  };
  return std::find(kCaches.begin(), kCaches.end(), root) != kCaches.end();
}

constexpr std::string_view kBufferData = "system / JSArrayBufferData";

// Classes of the language that say nothing of what they are there for.
bool is_plain(std::string_view name) {
  static constexpr std::array<std::string_view, 22> kPlain = {
      "Object",
      "Array",
      "Map",
      "Set",
      "Date",
      "ArrayBuffer",
      "SharedArrayBuffer",
      "Buffer",
      "FastBuffer",
      "DataView",
      "Uint8Array",
      "Int8Array",
      "Uint8ClampedArray",
      "Uint16Array",
      "Int16Array",
      "Uint32Array",
      "Int32Array",
      "Float32Array",
      "Float64Array",
      "BigInt64Array",
      "BigUint64Array",
      "system / Context",
  };
  return std::find(kPlain.begin(), kPlain.end(), name) != kPlain.end();
}

class CensusTaker {
 public:
  explicit CensusTaker(const V8Snapshot& snapshot)
      : snapshot_(snapshot), names_(snapshot) {
    for (std::size_t i = 0; i < snapshot.meta.node_kinds.size(); ++i)
      parts_.push_back(part_of(snapshot, i));
    census_.of_node.assign(snapshot.nodes(), Census::kNone);
    census_.owner.assign(snapshot.nodes(), kNoObject);
  }

  Census take();

 private:
  std::string_view name(ObjectIndex node) const {
    return snapshot_.strings.at(snapshot_.name[node]);
  }
  void reach();
  void find_owners();
  void name_all();
  void name_parts_of(ObjectIndex node);
  std::string class_name(ObjectIndex node);
  std::uint32_t number_of(SnapshotClass made);
  Belonging belonging_of(ObjectIndex node) const;

  const V8Snapshot& snapshot_;
  ClassNumbers names_;
  std::vector<Part> parts_;  // by kind
  std::vector<bool> reached_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  // By kind and name of a node, and for parts of it, by the part's word.
  std::unordered_map<std::uint64_t, std::uint32_t> by_name_;
  Census census_;
};

// The numbers of "elements" and others are few; to look at the string of every
// edge would be slow.
struct PartWord {
  std::string_view edge;
  const char* suffix;
};
constexpr std::array<PartWord, 3> kPartWords = {{
    {"elements", "elements"},
    {"properties", "properties"},
    {"table", "table"},
}};

void CensusTaker::reach() {
  reached_.assign(snapshot_.nodes(), false);
  if (snapshot_.nodes() == 0) return;
  std::vector<ObjectIndex> open{0};
  reached_[0] = true;
  while (!open.empty()) {
    const ObjectIndex node = open.back();
    open.pop_back();
    for (std::uint32_t edge = snapshot_.first[node];
         edge < snapshot_.first[node + 1]; ++edge) {
      const ObjectIndex to = snapshot_.to[edge];
      if (reached_[to] || parts_[snapshot_.kind[to]] == Part::kV8s) continue;
      if (snapshot_.kind_of(to) == SnapshotNodeKind::kSynthetic &&
          is_cache(name(to)))
        continue;
      reached_[to] = true;
      open.push_back(to);
    }
  }
}

void CensusTaker::find_owners() {
  std::vector<bool> several(snapshot_.nodes());
  for (ObjectIndex node = 0; node < snapshot_.nodes(); ++node) {
    if (!reached_[node]) continue;
    for (std::uint32_t edge = snapshot_.first[node];
         edge < snapshot_.first[node + 1]; ++edge) {
      const ObjectIndex to = snapshot_.to[edge];
      ObjectIndex& owner = census_.owner[to];
      if (to == node || owner == node || several[to]) continue;
      several[to] = owner != kNoObject;
      owner = several[to] ? kNoObject : node;
    }
  }
}

// As ClassNumbers has it, so that holders and findings are called alike.
std::string CensusTaker::class_name(ObjectIndex node) {
  // When V8 makes a string of its parts is its own affair.
  const std::string& word = snapshot_.meta.node_words[snapshot_.kind[node]];
  if (word == "concatenated string" || word == "sliced string")
    return "(string)";
  return names_.names()[names_.of(snapshot_.kind[node], snapshot_.name[node])];
}

std::uint32_t CensusTaker::number_of(SnapshotClass made) {
  const auto [known, fresh] = numbers_.try_emplace(
      made.name, static_cast<std::uint32_t>(census_.classes.size()));
  if (fresh) census_.classes.push_back(std::move(made));
  return known->second;
}

Belonging CensusTaker::belonging_of(ObjectIndex node) const {
  const std::string_view own = name(node);
  switch (snapshot_.kind_of(node)) {
    case SnapshotNodeKind::kObject:
      return is_plain(own) ? Belonging::kPlain : Belonging::kNone;
    case SnapshotNodeKind::kClosure:
      return own.empty() ? Belonging::kPlain : Belonging::kNone;
    case SnapshotNodeKind::kNative:
      return own == kBufferData ? Belonging::kPart : Belonging::kNone;
    default:
      return Belonging::kPart;
  }
}

// Arrays that belong to one object are told with its name: "Map table".
void CensusTaker::name_parts_of(ObjectIndex node) {
  const SnapshotNodeKind kind = snapshot_.kind_of(node);
  if (kind != SnapshotNodeKind::kObject && kind != SnapshotNodeKind::kClosure)
    return;
  for (std::uint32_t edge = snapshot_.first[node];
       edge < snapshot_.first[node + 1]; ++edge) {
    const EdgeLabel label = snapshot_.label[edge];
    const ObjectIndex to = snapshot_.to[edge];
    if (label.kind() != EdgeKind::kInternal ||
        census_.of_node[to] != Census::kNone || !reached_[to])
      continue;
    const SnapshotNodeKind held = snapshot_.kind_of(to);
    if (held != SnapshotNodeKind::kArray && held != SnapshotNodeKind::kHidden)
      continue;
    const std::string_view word = snapshot_.strings.at(label.name());
    for (std::size_t i = 0; i < kPartWords.size(); ++i) {
      if (word != kPartWords[i].edge) continue;
      const std::uint64_t key = (i + 1) << 40 |
                                std::uint64_t{snapshot_.kind[node]} << 32 |
                                snapshot_.name[node];
      const auto [known, fresh] = by_name_.try_emplace(key, 0);
      if (fresh)
        known->second =
            number_of({class_name(node) + " " + kPartWords[i].suffix, false,
                       Belonging::kPart});
      census_.of_node[to] = known->second;
    }
  }
}

void CensusTaker::name_all() {
  for (ObjectIndex node = 0; node < snapshot_.nodes(); ++node)
    if (reached_[node]) name_parts_of(node);
  for (ObjectIndex node = 0; node < snapshot_.nodes(); ++node) {
    if (census_.of_node[node] != Census::kNone) continue;
    if (!reached_[node] || parts_[snapshot_.kind[node]] != Part::kOwn) {
      census_.left_out.value +=
          static_cast<std::int64_t>(snapshot_.bytes_of(node));
      continue;
    }
    // The names of strings are what they say.
    const bool named = snapshot_.kind_of(node) != SnapshotNodeKind::kOther;
    const std::uint64_t key = std::uint64_t{snapshot_.kind[node]} << 32 |
                              (named ? snapshot_.name[node] : 0);
    const auto [known, fresh] = by_name_.try_emplace(key, 0);
    if (fresh)
      known->second =
          number_of({class_name(node),
                     snapshot_.kind_of(node) == SnapshotNodeKind::kNative,
                     belonging_of(node)});
    census_.of_node[node] = known->second;
  }
}

Census CensusTaker::take() {
  reach();
  find_owners();
  name_all();
  for (ObjectIndex node = 0; node < snapshot_.nodes(); ++node)
    if (snapshot_.kind_of(node) == SnapshotNodeKind::kSynthetic &&
        name(node) == "Node / Worker")
      census_.workers.value += 1;
  return std::move(census_);
}

}  // namespace

Census take_census(const V8Snapshot& snapshot) {
  return CensusTaker(snapshot).take();
}

}  // namespace tidemark::v8
