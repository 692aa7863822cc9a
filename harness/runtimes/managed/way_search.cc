#include "harness/runtimes/managed/way_search.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace tidemark {
namespace {

constexpr std::array kStrongestFirst = {
    RootKind::kGlobal,   RootKind::kThreadLocal, RootKind::kStack,
    RootKind::kRegister, RootKind::kMapping,     RootKind::kAllocator};

// By type: some object holds another of its own type.
std::vector<bool> types_of_lists(const ObjectGraph& graph) {
  std::vector<bool> lists(graph.type_names.size());
  for (ObjectIndex from = 0; from < graph.objects(); ++from) {
    const std::uint32_t type = graph.type[from];
    const std::uint32_t end = graph.first[from + 1];
    for (std::uint32_t edge = graph.first[from]; edge < end; ++edge)
      if (graph.type[graph.to[edge]] == type && graph.to[edge] != from)
        lists[type] = true;
  }
  for (std::uint32_t type = 0; type < lists.size(); ++type)
    if (is_plain(graph, type)) lists[type] = false;
  return lists;
}

class Walker {
 public:
  explicit Walker(const ObjectGraph& graph)
      : graph_(graph), lists_(types_of_lists(graph)) {
    found_.holder.assign(graph.objects(), kNoObject);
    found_.order.reserve(graph.objects());
  }

  WaySearch walk() {
    std::size_t level = 0;
    for (const RootKind kind : kStrongestFirst) {
      for (std::uint32_t i = 0; i < graph_.roots.size(); ++i) {
        const ObjectIndex object = graph_.roots[i].object;
        if (graph_.roots[i].kind == kind && take(object, object))
          found_.root_of.emplace(object, i);
      }
      while (level < found_.order.size()) {
        const std::size_t end = follow_lists(level);
        for (; level < end; ++level) {
          expect(level, end);
          each(found_.order[level],
               [&](ObjectIndex to, ObjectIndex from) { take(to, from); });
        }
      }
    }
    return std::move(found_);
  }

 private:
  bool take(ObjectIndex object, ObjectIndex holder) {
    if (found_.holder[object] != kNoObject) return false;
    found_.holder[object] = holder;
    found_.order.push_back(object);
    return true;
  }

  // Memory is far away: what those behind `at` need is asked for in time.
  void expect(std::size_t at, std::size_t end) const {
    const std::vector<ObjectIndex>& order = found_.order;
    if (at + 24 < end) __builtin_prefetch(&graph_.first[order[at + 24]]);
    if (at + 16 < end)
      __builtin_prefetch(graph_.to.data() + graph_.first[order[at + 16]]);
    if (at + 8 >= end) return;
    const std::uint32_t from = graph_.first[order[at + 8]];
    const std::uint32_t to =
        std::min(graph_.first[order[at + 8] + 1], from + 8);
    for (std::uint32_t edge = from; edge < to; ++edge)
      __builtin_prefetch(&found_.holder[graph_.to[edge]]);
  }

  template <class See>
  void each(ObjectIndex from, See see) {
    const std::uint32_t end = graph_.first[from + 1];
    for (std::uint32_t edge = graph_.first[from]; edge < end; ++edge)
      see(graph_.to[edge], from);
  }

  // What is as far away as those from `level` on, behind them; where it ends.
  // Each list to its end before the next: one that can be begun at both ends
  // is then told from one of them.
  std::size_t follow_lists(std::size_t level) {
    const std::size_t seeds = found_.order.size();
    std::size_t next = seeds;
    for (; level < seeds; ++level) {
      follow(found_.order[level]);
      for (; next < found_.order.size(); ++next) follow(found_.order[next]);
    }
    return found_.order.size();
  }

  void follow(ObjectIndex object) {
    const std::uint32_t type = graph_.type[object];
    if (!lists_[type]) return;
    each(object, [&](ObjectIndex to, ObjectIndex from) {
      if (graph_.type[to] == type) take(to, from);
    });
  }

  const ObjectGraph& graph_;
  const std::vector<bool> lists_;
  WaySearch found_;
};

}  // namespace

WaySearch search_ways(const ObjectGraph& graph) { return Walker(graph).walk(); }

}  // namespace tidemark
