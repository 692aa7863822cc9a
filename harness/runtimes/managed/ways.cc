#include <algorithm>
#include <cstddef>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "harness/runtimes/managed/alike_ways.h"
#include "harness/runtimes/managed/kept_together.h"
#include "harness/runtimes/managed/object_graph.h"
#include "harness/runtimes/managed/way_search.h"

namespace tidemark {
namespace {

// Those of all questions that somebody holds, and all on the ways to them,
// holders first. Those that nobody holds are counted.
std::vector<ObjectIndex> objects_on_ways(const ObjectGraph& graph,
                                         std::span<const Wanted> questions,
                                         WaySearch& found,
                                         std::vector<NamedRetention>& lost) {
  std::vector<bool> marked(graph.objects());
  std::size_t count = 0;
  const auto mark = [&](ObjectIndex object) {
    while (!marked[object]) {
      marked[object] = true;
      ++count;
      object = found.holder[object];  // a root has itself, and ends here
    }
  };
  for (std::size_t i = 0; i < questions.size(); ++i)
    for (ObjectIndex object = 0; object < graph.objects(); ++object) {
      const bool held = found.holder[object] != kNoObject;
      if ((held && marked[object]) || !questions[i](object)) continue;
      if (held) {
        mark(object);
      } else {
        lost[i].unreachable.value += 1;
        lost[i].unreachable_bytes.value += graph.self[object];
      }
    }
  std::vector<ObjectIndex> objects;
  objects.reserve(count);
  for (const ObjectIndex object : found.order)
    if (marked[object]) objects.push_back(object);
  std::vector<ObjectIndex>().swap(found.order);
  return objects;
}

// The place of each of `objects`. Used up: a holder is then its number among
// `objects`.
std::vector<WayPlace> places_of(const ObjectGraph& graph,
                                const std::vector<ObjectIndex>& objects,
                                WaySearch& found, AlikeWays& ways) {
  std::vector<WayPlace> places;
  places.reserve(objects.size());
  ObjectIndex scanned = kNoObject;
  std::uint32_t edge = 0;
  for (std::uint32_t i = 0; i < objects.size(); ++i) {
    const ObjectIndex object = objects[i];
    const ObjectIndex holder = found.holder[object];
    if (holder == object) {
      places.push_back(ways.begin(graph.roots[found.root_of.at(object)]));
    } else {
      const WayPlace& place = places[found.holder[holder]];
      if (graph.type[holder] == graph.type[object] &&
          !is_plain(graph, graph.type[object])) {
        places.push_back(ways.run_on(place));
      } else {
        // Neighbours with one holder are in the order of its references.
        if (holder != scanned) edge = graph.first[holder];
        scanned = holder;
        while (graph.to[edge] != object) ++edge;
        places.push_back(ways.step(place, holder, edge));
      }
    }
    found.holder[object] = i;
  }
  return places;
}

struct HeldAlike {
  AlikeWays::Node node = 0;
  Count objects;
  Bytes bytes;
};

class Teller {
 public:
  Teller(const ObjectGraph& graph, const Dominators& dominators,
         std::span<const Wanted> questions, std::size_t most_paths)
      : graph_(graph),
        questions_(questions),
        most_paths_(most_paths),
        ways_(graph),
        result_(questions.size()) {
    {
      WaySearch found = search_ways(graph);
      objects_ = objects_on_ways(graph, questions, found, result_);
      places_ = places_of(graph, objects_, found, ways_);
    }
    KeptTogether kept(dominators);
    for (std::size_t i = 0; i < questions.size(); ++i) tell(i, kept);
  }

  std::vector<NamedRetention> result() { return std::move(result_); }

 private:
  void tell(std::size_t question, KeptTogether& kept) {
    const Wanted& wanted = questions_[question];
    NamedRetention& retention = result_[question];
    retention.objects = retention.unreachable;
    retention.bytes = retention.unreachable_bytes;
    std::vector<HeldAlike> alike;
    std::unordered_map<AlikeWays::Node, std::size_t> number_of;
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      if (!wanted(objects_[i])) continue;
      const auto [known, fresh] =
          number_of.try_emplace(places_[i].node, alike.size());
      if (fresh) alike.push_back({places_[i].node, {}, {}});
      HeldAlike& held = alike[known->second];
      held.objects.value += 1;
      held.bytes.value += graph_.self[objects_[i]];
    }
    for (const HeldAlike& held : alike) {
      retention.objects += held.objects;
      retention.bytes += held.bytes;
    }
    std::stable_sort(
        alike.begin(), alike.end(), [](const HeldAlike& a, const HeldAlike& b) {
          return std::tie(a.bytes, a.objects) > std::tie(b.bytes, b.objects);
        });
    alike.resize(std::min(alike.size(), most_paths_));

    number_of.clear();
    for (std::size_t i = 0; i < alike.size(); ++i)
      number_of.emplace(alike[i].node, i);
    std::vector<std::vector<ObjectIndex>> held(alike.size());
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      if (!wanted(objects_[i])) continue;
      const auto known = number_of.find(places_[i].node);
      if (known != number_of.end()) held[known->second].push_back(objects_[i]);
    }
    for (std::size_t i = 0; i < alike.size(); ++i) {
      NamedPath path = ways_.path(alike[i].node);
      path.objects = alike[i].objects;
      path.bytes = alike[i].bytes;
      path.retained = kept.bytes(held[i]);
      path.share = share(path, retention);
      retention.paths.push_back(std::move(path));
      std::vector<ObjectIndex>().swap(held[i]);
    }
  }

  // Objects may have no bytes.
  static double share(const NamedPath& path, const NamedRetention& all) {
    return all.bytes.value > 0
               ? double(path.bytes.value) / double(all.bytes.value)
               : double(path.objects.value) / double(all.objects.value);
  }

  const ObjectGraph& graph_;
  std::span<const Wanted> questions_;
  std::size_t most_paths_;
  AlikeWays ways_;
  std::vector<ObjectIndex> objects_;  // on ways, holders first
  std::vector<WayPlace> places_;      // theirs
  std::vector<NamedRetention> result_;
};

}  // namespace

std::vector<NamedRetention> who_holds(const ObjectGraph& graph,
                                      const Dominators& dominators,
                                      std::span<const Wanted> questions,
                                      std::size_t most_paths) {
  return Teller(graph, dominators, questions, most_paths).result();
}

}  // namespace tidemark
