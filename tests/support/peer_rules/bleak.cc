#include "tests/support/peer_rules/bleak.h"

#include <algorithm>
#include <utility>

namespace tidemark::peers {
namespace {

ObjectNumber target(const DumpObject& object, const std::string& name) {
  for (const DumpReference& reference : object.references) {
    if (reference.name == name) return reference.to;
  }
  return kNull;
}

std::size_t outdegree(const DumpObject& object) {
  const auto is_set = [](const DumpReference& reference) {
    return reference.to != kNull;
  };
  return static_cast<std::size_t>(std::count_if(
      object.references.begin(), object.references.end(), is_set));
}

}  // namespace

bool rises_every_time(std::span<const double> readings) {
  const auto does_not_rise = [](double a, double b) { return b <= a; };
  return readings.size() > 1 &&
         std::adjacent_find(readings.begin(), readings.end(), does_not_rise) ==
             readings.end();
}

void GrowthTracker::add(const HeapDump& snapshot) {
  const std::size_t objects = snapshot.objects.size();
  // What is not in the snapshot before does not grow: only paths that were
  // there from the first on are of interest.
  std::vector<bool> growing(objects, snapshots_ == 0);
  std::vector<bool> seen(objects);
  std::vector<std::pair<ObjectNumber, ObjectNumber>> queue;  // old, new
  const auto enqueue = [&](ObjectNumber before, ObjectNumber now) {
    if (before == kNull || now == kNull || seen[now]) return;
    seen[now] = true;
    queue.emplace_back(before, now);
  };
  const std::size_t roots = std::min(last_.roots.size(), snapshot.roots.size());
  for (std::size_t i = 0; i < roots; ++i) {
    enqueue(last_.roots[i], snapshot.roots[i]);
  }
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const auto [old_number, new_number] = queue[i];
    const DumpObject& before = last_.objects[old_number];
    const DumpObject& now = snapshot.objects[new_number];
    growing[new_number] =
        growing_[old_number] && outdegree(before) < outdegree(now);
    for (const DumpReference& reference : now.references) {
      enqueue(target(before, reference.name), reference.to);
    }
  }
  last_ = snapshot;
  growing_ = std::move(growing);
  ++snapshots_;
}

std::vector<std::string> GrowthTracker::growing() const {
  std::vector<std::string> paths;
  if (snapshots_ < 2) return paths;
  std::vector<bool> seen(last_.objects.size());
  std::vector<std::pair<ObjectNumber, std::string>> queue;
  for (const ObjectNumber root : last_.roots) {
    if (seen[root]) continue;
    seen[root] = true;
    queue.emplace_back(root, last_.objects[root].name);
  }
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const auto [number, path] = queue[i];
    if (growing_[number]) paths.push_back(path);
    for (const DumpReference& next : last_.objects[number].references) {
      if (next.to == kNull || seen[next.to]) continue;
      seen[next.to] = true;
      queue.emplace_back(next.to, path + "." + next.name);
    }
  }
  return paths;
}

}  // namespace tidemark::peers
