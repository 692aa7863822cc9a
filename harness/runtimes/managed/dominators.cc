#include <algorithm>
#include <utility>

#include "harness/runtimes/managed/object_graph.h"

namespace tidemark {
namespace {

// The place of an object in the order of a depth-first walk, from 1; 0 is a
// root above all roots. Who dominates an object comes before it.
using Number = std::uint32_t;

// So many references are asked for together.
constexpr std::uint32_t kTogether = 16;

template <class T>
void release(std::vector<T>& values) {
  std::vector<T>().swap(values);
}

// An object in the forest of those that are done, of semidominators; later its
// place in the tree of dominators.
struct Link {
  union {
    Number above;         // an ancestor; all between are in `least`
    std::uint32_t depth;  // later
  };
  union {
    Number least;  // the smallest semidominator from here to below `above`
    Number jump;   // later: an ancestor farther up
  };
};

// References of an object on the way that the walk has yet to follow.
struct Open {
  std::uint32_t edge = 0;
  std::uint32_t end = 0;
};

class DominatorTree {
 public:
  explicit DominatorTree(const ObjectGraph& graph) : graph_(graph) {
    walk();
    note_referrers();
    find_semidominators();
    find_dominators();
  }

  Dominators result();

 private:
  void walk();
  void visit(ObjectIndex root);
  Open enter(ObjectIndex object, Number parent);
  void expect(Open open) const;
  void note_referrers();
  void find_semidominators();
  void find_dominators();
  Number least_above(Number from, Number open);

  const ObjectGraph& graph_;
  std::vector<Number> number_;       // by object; 0: not reached
  std::vector<ObjectIndex> object_;  // by number, as all below
  std::vector<Number> parent_;       // in the walk; then the dominator
  // Before its number's turn comes, `least` is the smallest of the referrers
  // that have a smaller one: they are ancestors.
  std::vector<Link> links_;
  // Where in referrers_ those of each number begin; once they are not needed
  // any more, its semidominator.
  std::vector<std::uint32_t> begin_;
  // Those whose number is larger: what is found by way of them is elsewhere.
  std::vector<Number> referrers_;
  std::vector<Open> way_;  // of the walk, from the root
};

// Numbers what the roots reach. Counts referrers with larger numbers in begin_.
void DominatorTree::walk() {
  const std::size_t all = graph_.objects();
  number_.resize(all);
  object_.reserve(all + 1);
  parent_.reserve(all + 1);
  links_.resize(all + 1);
  begin_.resize(all + 2);
  way_.reserve(all);  // what is not used is not touched
  object_.push_back(kNoObject);
  parent_.push_back(0);
  for (const GraphRoot& root : graph_.roots)
    if (number_[root.object] == 0) visit(root.object);
  for (const GraphRoot& root : graph_.roots)
    links_[number_[root.object]].least = 0;
  release(way_);
}

Open DominatorTree::enter(ObjectIndex object, Number parent) {
  const Number number = static_cast<Number>(object_.size());
  number_[object] = number;
  object_.push_back(object);
  parent_.push_back(parent);
  links_[number].least = parent;
  const Open open{graph_.first[object], graph_.first[object + 1]};
  expect(open);
  return open;
}

// Memory is far away: all that the next references need is asked for at once.
void DominatorTree::expect(Open open) const {
  const std::uint32_t end = std::min(open.end, open.edge + kTogether);
  for (std::uint32_t edge = open.edge; edge < end; ++edge) {
    __builtin_prefetch(&number_[graph_.to[edge]]);
    __builtin_prefetch(&graph_.first[graph_.to[edge]]);
  }
}

void DominatorTree::visit(ObjectIndex root) {
  Open open = enter(root, 0);
  Number at = number_[root];
  for (;;) {
    if (open.edge == open.end) {
      if (way_.empty()) return;
      open = way_.back();
      way_.pop_back();
      at = parent_[at];
      expect(open);
      continue;
    }
    const ObjectIndex to = graph_.to[open.edge++];
    const Number known = number_[to];
    if (known == 0) {
      way_.push_back(open);
      open = enter(to, at);
      at = static_cast<Number>(object_.size() - 1);
    } else if (known < at) {
      ++begin_[known];
    } else if (known > at) {
      links_[known].least = std::min(links_[known].least, at);
    }
  }
}

void DominatorTree::note_referrers() {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < object_.size(); ++i)
    begin_[i] = sum += begin_[i];  // where they end
  begin_[object_.size()] = sum;
  release(object_);  // the numbers tell as much
  referrers_.resize(sum);
  for (ObjectIndex object = 0; object < graph_.objects(); ++object) {
    const Number from = number_[object];
    if (from == 0) continue;
    const std::uint32_t end = graph_.first[object + 1];
    for (std::uint32_t edge = graph_.first[object]; edge < end; ++edge) {
      const Number to = number_[graph_.to[edge]];
      if (to < from) referrers_[--begin_[to]] = from;
    }
  }
}

// The smallest semidominator of `from` and its ancestors down to `open`, those
// not included that are not larger: all that are larger are done.
Number DominatorTree::least_above(Number from, Number open) {
  // Upwards, turning each pointer round to come back without a stack.
  Number below = 0;
  while (links_[from].above > open) {
    const Number next = links_[from].above;
    links_[from].above = below;
    below = from;
    from = next;
  }
  const Number top = links_[from].above;
  Number least = links_[from].least;
  while (below != 0) {
    Link& link = links_[below];
    below = link.above;
    link.above = top;
    least = link.least = std::min(least, link.least);
  }
  return least;
}

void DominatorTree::find_semidominators() {
  for (std::size_t i = 0; i < parent_.size(); ++i) links_[i].above = parent_[i];
  for (Number at = static_cast<Number>(parent_.size()) - 1; at > 0; --at) {
    Number least = links_[at].least;
    for (std::uint32_t i = begin_[at + 1]; i > begin_[at]; --i) {
      if (i > kTogether) __builtin_prefetch(&links_[referrers_[i - kTogether]]);
      if (least > 0)
        least = std::min(least, least_above(referrers_[i - 1], at));
    }
    links_[at].least = least;
    begin_[at + 1] = least;
  }
  release(referrers_);
}

// Each has its semidominator's, or the parent's, whichever is the first that
// dominates both.
void DominatorTree::find_dominators() {
  links_[0] = {{0}, {0}};
  for (Number at = 1; at < parent_.size(); ++at) {
    const Number semidominator = begin_[at + 1];
    Number dominator = parent_[at];
    while (dominator > semidominator) {
      const Number jump = links_[dominator].jump;
      dominator = jump > semidominator ? jump : parent_[dominator];
    }
    parent_[at] = dominator;
    // As far as two jumps of the one above if they are equally far, else one
    // step: so the way to any ancestor is as short as a logarithm.
    const Link& above = links_[dominator];
    const Link& second = links_[above.jump];
    const bool equal =
        above.depth - second.depth == second.depth - links_[second.jump].depth;
    links_[at].depth = above.depth + 1;
    links_[at].jump = equal ? second.jump : dominator;
  }
  release(links_);
  release(begin_);
}

Dominators DominatorTree::result() {
  const std::size_t all = graph_.objects();
  object_.resize(parent_.size(), kNoObject);
  for (ObjectIndex object = 0; object < all; ++object)
    object_[number_[object]] = object;
  object_[0] = kNoObject;
  release(number_);  // object_ tells the same
  Dominators result;
  result.parent.resize(all, kNoObject);
  result.retained.resize(all);
  result.reached.resize(all);
  for (std::size_t at = parent_.size() - 1; at > 0; --at) {
    const ObjectIndex object = object_[at];
    const ObjectIndex dominator = object_[parent_[at]];
    result.reached[object] = true;
    result.parent[object] = dominator;
    // What it dominates has larger numbers, and was added before.
    result.retained[object] += graph_.self[object];
    if (dominator != kNoObject)
      result.retained[dominator] += result.retained[object];
  }
  return result;
}

}  // namespace

Dominators dominators_of(const ObjectGraph& graph) {
  return DominatorTree(graph).result();
}

}  // namespace tidemark
