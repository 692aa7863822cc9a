#include "drivers/common/close_plan.h"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "tidemark/ways.h"

namespace tidemark {
namespace {

template <class T>
void shuffle(std::vector<T>& items, Random& random) {
  // Not std::shuffle: its result differs between standard libraries.
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[random.below(static_cast<std::uint32_t>(i))]);
}

struct Namesakes {
  std::vector<std::uint16_t> entries;
  std::uint32_t weight = 0;  // of them all
};

std::uint16_t draw(const Namesakes& way, const LoadSpec& flow, Random& random) {
  if (way.entries.size() == 1) return way.entries[0];
  std::uint32_t drawn = random.below(way.weight);
  for (const std::uint16_t entry : way.entries) {
    if (drawn < flow.close[entry].weight) return entry;
    drawn -= flow.close[entry].weight;
  }
  return way.entries.back();
}

}  // namespace

std::vector<std::uint16_t> assign_ways(const WayCounts& plan,
                                       const LoadSpec& flow, Random& random) {
  std::map<std::string, Namesakes> ways;
  for (std::size_t i = 0; i < flow.close.size(); ++i) {
    Namesakes& way = ways[way_of(flow, flow.close[i])];
    way.entries.push_back(static_cast<std::uint16_t>(i));
    way.weight += flow.close[i].weight;
  }
  std::vector<std::uint16_t> assigned;
  for (const auto& [name, count] : plan) {
    const auto way = ways.find(name);
    if (way == ways.end()) continue;
    for (std::int64_t n = 0; n < count.value; ++n)
      assigned.push_back(draw(way->second, flow, random));
  }
  shuffle(assigned, random);
  return assigned;
}

}  // namespace tidemark
