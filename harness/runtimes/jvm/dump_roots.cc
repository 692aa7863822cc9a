#include "harness/runtimes/jvm/dump_roots.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <span>
#include <unordered_map>
#include <utility>

#include "harness/runtimes/jvm/thread_dump.h"

namespace tidemark::jvm {
namespace {

// What HotSpot keeps with a class, and no program's variable.
constexpr std::string_view kConstants = "<resolved_references>";

class RootNames {
 public:
  RootNames(const DumpSurvey& survey, ObjectReader& reader)
      : survey_(survey), reader_(reader) {
    for (const HprofRootRecord& root : survey.roots)
      if (root.kind == HprofRoot::kThread) threads_[root.thread] = root;
  }

  // "thread http-N".
  std::string thread(std::uint32_t serial) {
    const auto known = threads_.find(serial);
    if (known == threads_.end()) return "a thread";
    return thread_of(survey_.ids.find(known->second.object));
  }

  std::string thread_of(ObjectIndex object) {
    if (object == kNoObject) return "a thread";
    const auto [known, fresh] = names_.try_emplace(object);
    if (fresh) {
      const std::string name =
          reader_.string_of(reader_.reference(reader_.read(object), "name"));
      known->second = name.empty() ? "a thread without a name"
                                   : "thread " + steady_thread_name(name);
    }
    return known->second;
  }

  // "thread http-N in com.x.Server.run (Server.java:12)".
  std::string frame(const HprofRootRecord& root) {
    std::string text = thread(root.thread);
    const auto known = threads_.find(root.thread);
    if (known == threads_.end()) return text;
    const auto trace = survey_.traces.find(known->second.frame);
    if (trace == survey_.traces.end() || root.frame >= trace->second.second)
      return text;
    const HprofFrame* const frame =
        survey_.frame_of(survey_.in_traces[trace->second.first + root.frame]);
    return frame ? fmt::format("{} in {}", text, method(*frame)) : text;
  }

 private:
  std::string method(const HprofFrame& frame) const {
    const DumpClasses& classes = survey_.classes;
    const TypeIndex type = classes.type_of_serial(frame.class_serial);
    std::string text = type == kNoType ? "" : classes.name(type) + ".";
    text += classes.text(frame.method);
    const std::string_view file = classes.text(frame.file);
    if (!file.empty() && frame.line > 0)
      text += fmt::format(" ({}:{})", file, frame.line);
    return text;
  }

  const DumpSurvey& survey_;
  ObjectReader& reader_;
  std::unordered_map<std::uint32_t, HprofRootRecord> threads_;  // by serial
  std::unordered_map<ObjectIndex, std::string> names_;
};

std::pair<RootKind, std::string> explained(const HprofRootRecord& root,
                                           const DumpSurvey& survey,
                                           RootNames& names) {
  switch (root.kind) {
    case HprofRoot::kJniGlobal:
      return {RootKind::kGlobal, "JNI global"};
    case HprofRoot::kJniLocal:
      return {RootKind::kStack,
              fmt::format("JNI local of {}", names.thread(root.thread))};
    case HprofRoot::kJavaFrame:
      return {RootKind::kStack, names.frame(root)};
    case HprofRoot::kNativeStack:
      return {RootKind::kStack,
              fmt::format("native code of {}", names.thread(root.thread))};
    case HprofRoot::kThreadBlock:
    case HprofRoot::kThread:
      return {RootKind::kStack, names.thread(root.thread)};
    case HprofRoot::kMonitor:
      return {RootKind::kStack, "a lock that is held"};
    case HprofRoot::kStickyClass: {
      const TypeIndex type = survey.classes.type_of(root.object);
      return {RootKind::kAllocator, type == kNoType
                                        ? "the JVM itself"
                                        : "class " + survey.classes.name(type)};
    }
    case HprofRoot::kUnknown:
      break;
  }
  return {RootKind::kAllocator, "the JVM itself"};
}

void add_statics(const DumpSurvey& survey, std::vector<GraphRoot>& roots) {
  const DumpClasses& classes = survey.classes;
  for (TypeIndex type = 0; type < classes.count(); ++type) {
    for (const HprofStatic& one : classes.statics(type)) {
      const ObjectIndex object =
          one.object == 0 ? kNoObject : survey.ids.find(one.object);
      if (object == kNoObject) continue;
      const std::string_view name = classes.text(one.name);
      if (name.starts_with('<'))
        roots.push_back({RootKind::kAllocator,
                         name == kConstants
                             ? "constants of " + classes.name(type)
                             : "class " + classes.name(type),
                         object});
      else
        roots.push_back({RootKind::kGlobal,
                         fmt::format("static {}.{}", classes.name(type), name),
                         object});
    }
  }
}

// All that roots reach, which this goes on with.
class Reached {
 public:
  explicit Reached(const ObjectGraph& graph)
      : graph_(graph), seen_(graph.objects(), false) {}

  bool has(ObjectIndex object) const { return seen_[object]; }

  // Calls see(object) for each that was not reached before.
  template <class See>
  void from(ObjectIndex root, See see) {
    push(root);
    while (!open_.empty()) {
      const ObjectIndex at = open_.back();
      open_.pop_back();
      see(at);
      for (std::uint32_t i = graph_.first[at]; i < graph_.first[at + 1]; ++i)
        push(graph_.to[i]);
    }
  }

 private:
  void push(ObjectIndex object) {
    if (seen_[object]) return;
    seen_[object] = true;
    open_.push_back(object);
  }

  const ObjectGraph& graph_;
  std::vector<bool> seen_;
  std::vector<ObjectIndex> open_;
};

// Soft references by the object that has them, which few have.
class SoftReferences {
 public:
  SoftReferences(std::vector<RootedReference> all, std::size_t objects)
      : all_(std::move(all)), some_(objects, false) {
    std::stable_sort(all_.begin(), all_.end(), before);
    for (const RootedReference& reference : all_) some_[reference.from] = true;
  }

  std::span<const RootedReference> of(ObjectIndex from) const {
    if (!some_[from]) return {};
    const auto [first, last] = std::equal_range(
        all_.begin(), all_.end(), RootedReference{from, 0}, before);
    return {first, last};
  }

 private:
  static bool before(const RootedReference& a, const RootedReference& b) {
    return a.from < b.from;
  }

  std::vector<RootedReference> all_;
  std::vector<bool> some_;
};

}  // namespace

std::vector<GraphRoot> roots_of(const DumpSurvey& survey, const DumpGraph& dump,
                                ObjectReader& reader) {
  RootNames names(survey, reader);
  std::vector<GraphRoot> roots;
  add_statics(survey, roots);
  for (const RootedReference& local : dump.thread_locals)
    roots.push_back({RootKind::kThreadLocal,
                     "thread locals of " + names.thread_of(local.from),
                     local.to});
  for (const HprofRootRecord& record : survey.roots) {
    const ObjectIndex object = survey.ids.find(record.object);
    if (object == kNoObject) continue;
    auto [kind, name] = explained(record, survey, names);
    roots.push_back({kind, std::move(name), object});
  }
  return roots;
}

void add_soft_roots(ObjectGraph& graph,
                    const std::vector<RootedReference>& soft) {
  if (soft.empty()) return;
  const SoftReferences references(soft, graph.objects());
  Reached reached(graph);
  // One may be reached by what another keeps: those of all that is reached wait
  // until nothing else holds what they refer to.
  std::deque<RootedReference> waiting;
  const auto wait = [&](ObjectIndex object) {
    const std::span<const RootedReference> own = references.of(object);
    waiting.insert(waiting.end(), own.begin(), own.end());
  };
  for (const GraphRoot& root : graph.roots) reached.from(root.object, wait);
  for (; !waiting.empty(); waiting.pop_front()) {
    const RootedReference reference = waiting.front();
    if (reached.has(reference.to)) continue;
    graph.roots.push_back(
        {RootKind::kAllocator,
         graph.type_names[graph.type[reference.from]] + ", which lets go",
         reference.to});
    reached.from(reference.to, wait);
  }
}

}  // namespace tidemark::jvm
