#include "tests/support/peer_rules/leakcanary.h"

#include <algorithm>
#include <deque>
#include <utility>

namespace tidemark::peers {

bool keeps_growing(std::span<const double> children, double loops) {
  for (std::size_t i = 1; i < children.size(); ++i) {
    if (children[i] - children[i - 1] < loops) return false;
  }
  return children.size() > 1;
}

// Breadth first through one dump, hand in hand with the tree of the dump
// before.
class GrowthDetector::Walk {
 public:
  Walk(const HeapDump& dump, const Tree& before)
      : dump_(dump), before_(before), seen_(dump.objects.size()) {
    tree.push_back({"root", 0, {}, 1, false, {}});
    const std::size_t root = before.empty() ? kNone : 0;
    enqueue(0, child_of(root, kRoots), kRoots, dump.roots);
  }

  void run() {
    while (!queue_.empty()) {
      visits.push_back(std::move(queue_.front()));
      queue_.pop_front();
      visit(visits.size() - 1);
    }
  }

  Tree tree;
  std::vector<Visit> visits;  // in the order in which they were made

 private:
  // The references of all roots have one name.
  static constexpr const char* kRoots = "GcRoot";

  struct Edge {
    std::string name;
    std::vector<ObjectNumber> objects;
  };

  void visit(std::size_t number) {
    const std::size_t node = visits[number].node;
    std::vector<Edge> edges;
    int fresh = 0;
    for (const ObjectNumber object : visits[number].objects) {
      if (seen_[object]) continue;
      seen_[object] = true;
      ++fresh;
      collect(object, edges);
    }
    if (fresh > 0) attach(node, fresh);
    for (Edge& edge : edges) {
      enqueue(node, child_of(visits[number].before, edge.name), edge.name,
              std::move(edge.objects));
    }
  }

  void collect(ObjectNumber from, std::vector<Edge>& edges) const {
    for (const DumpReference& reference : dump_.objects[from].references) {
      if (reference.to == kNull || seen_[reference.to]) continue;
      const std::string field = reference.is_element ? "[x]" : reference.name;
      const std::string name =
          field + " -> " + dump_.objects[reference.to].name;
      auto edge =
          std::find_if(edges.begin(), edges.end(),
                       [&](const Edge& known) { return known.name == name; });
      if (edge == edges.end()) edge = edges.insert(edge, {name, {}});
      std::vector<ObjectNumber>& objects = edge->objects;
      if (std::find(objects.begin(), objects.end(), reference.to) ==
          objects.end()) {
        objects.push_back(reference.to);
      }
    }
  }

  // The node has objects of its own: it is its parent's child. Nodes of one
  // name in a row are a list, whose first node counts for all.
  void attach(std::size_t node, int objects) {
    const std::size_t parent = tree[node].parent;
    tree[parent].children.push_back(node);
    if (before_.empty()) tree[parent].growing = true;
    std::size_t first = node;
    while (tree[tree[first].parent].name == tree[first].name) {
      first = tree[first].parent;
    }
    tree[first].objects += objects;
  }

  std::size_t child_of(std::size_t before, const std::string& name) const {
    if (before == kNone) return kNone;
    for (const std::size_t child : before_[before].children) {
      if (before_[child].name == name) return child;
    }
    return kNone;
  }

  void enqueue(std::size_t parent, std::size_t before, const std::string& name,
               std::vector<ObjectNumber> objects) {
    tree.push_back({name, parent, {}, 0, false, {}});
    queue_.push_back({tree.size() - 1, before, std::move(objects)});
  }

  const HeapDump& dump_;
  const Tree& before_;
  std::vector<bool> seen_;
  std::deque<Visit> queue_;
};

std::vector<GrowingNode> GrowthDetector::add(const HeapDump& dump) {
  Walk walk(dump, tree_);
  walk.run();
  std::vector<GrowingNode> told;
  if (dumps_ > 0) told = compare(walk.tree, walk.visits);
  tree_ = std::move(walk.tree);
  ++dumps_;
  return told;
}

std::vector<GrowingNode> GrowthDetector::compare(
    Tree& tree, const std::vector<Visit>& visits) const {
  std::vector<GrowingNode> told;
  // Parents come before their children, so that a growing parent is known.
  for (const Visit& visit : visits) {
    GrowingNode node;
    if (!mark_growing(tree, visit, node)) continue;
    if (!tree[tree[visit.node].parent].growing) told.push_back(node);
  }
  return told;
}

bool GrowthDetector::mark_growing(Tree& tree, const Visit& visit,
                                  GrowingNode& told) const {
  if (visit.before == kNone || !tree_[visit.before].growing) return false;
  const PathNode& before = tree_[visit.before];
  // After the first dump every child may grow; later those that did.
  const std::vector<std::size_t>& grew =
      dumps_ == 1 ? before.children : before.growing_children;
  PathNode& node = tree[visit.node];
  told = {node.name, node.objects, 0, {}};
  for (const std::size_t number : node.children) {
    const PathNode& child = tree[number];
    told.children += child.objects;
    const auto was = std::find_if(
        grew.begin(), grew.end(),
        [&](std::size_t old) { return tree_[old].name == child.name; });
    if (was == grew.end()) continue;
    const int increase = child.objects - tree_[*was].objects;
    if (increase < loops_) continue;
    node.growing_children.push_back(number);
    told.growing.push_back({child.name, increase});
  }
  node.growing = !told.growing.empty();
  return node.growing;
}

}  // namespace tidemark::peers
