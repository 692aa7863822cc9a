#include "harness/retention/root_names.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tidemark {

std::uint32_t RootNames::root_of(std::uint32_t edge) {
  std::uint32_t& number = root_of_[edge];
  if (number == kUnasked) number = part_of(edge).number;
  return number;
}

std::uint32_t RootNames::offset_of(std::uint32_t edge) {
  const Part& part = part_of(edge);
  if (!part.variable) return 0;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(edges_[edge].word - part.begin,
                              std::numeric_limits<std::uint32_t>::max()));
}

const RootNames::Part& RootNames::part_of(std::uint32_t edge) {
  const RootEdge& at = edges_[edge];
  const bool same =
      at.range == part_.range && at.word >= part_.from && at.word < part_.to;
  if (same) return part_;
  const RootRange& root = heap_.roots()[at.range];
  RootPart part = heap_.root_part(root, at.word);
  auto [known, is_new] =
      numbers_.try_emplace(NamedRoot{root.kind, std::move(part.name)},
                           static_cast<std::uint32_t>(roots_.size()));
  if (is_new) roots_.push_back(&known->first);
  part_ = {part.begin,
           part.from,
           part.to,
           at.range,
           known->second,
           root.kind == RootKind::kGlobal ||
               root.kind == RootKind::kThreadLocal ||
               root.kind == RootKind::kAllocator};
  return part_;
}

std::vector<RootGroup> RootNames::groups(
    const std::vector<std::uint32_t>& numbers) {
  auto wanted = [&](std::uint32_t edge) {
    return std::find(numbers.begin(), numbers.end(), root_of_[edge]) !=
           numbers.end();
  };
  // A variable's words are neighbours: forward from each known one, then
  // backward, for as long as the name stays the same.
  const std::uint32_t count = static_cast<std::uint32_t>(edges_.size());
  auto may_go_on = [&](std::uint32_t from, std::uint32_t to) {
    const std::uint32_t one = edges_[from].range, two = edges_[to].range;
    // A variable may have pages that were never touched, and go on behind.
    return one == two || (heap_.roots()[one].kind == RootKind::kGlobal &&
                          heap_.roots()[two].kind == RootKind::kGlobal);
  };
  auto spread = [&](std::uint32_t from, std::uint32_t to) {
    if (root_of_[from] != kUnasked && wanted(from) && may_go_on(from, to))
      root_of(to);
  };
  for (std::uint32_t i = 0; i + 1 < count; ++i) spread(i, i + 1);
  for (std::uint32_t i = count; i-- > 1;) spread(i, i - 1);
  std::vector<RootGroup> groups(numbers.size());
  for (std::uint32_t edge = 0; edge < count; ++edge) {
    if (root_of_[edge] == kUnasked) continue;
    auto at = std::find(numbers.begin(), numbers.end(), root_of_[edge]);
    if (at != numbers.end())
      groups[static_cast<std::size_t>(at - numbers.begin())].push_back(edge);
  }
  return groups;
}

}  // namespace tidemark
