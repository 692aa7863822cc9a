#include "harness/retention/root_names.h"

#include <algorithm>
#include <charconv>

namespace tidemark {

std::pair<std::string, std::uint32_t> split_root_name(const std::string& name) {
  for (std::size_t plus = name.find('+', 1); plus < name.size();
       plus = name.find('+', plus + 1)) {
    const char* end = name.data() + name.size();
    std::uint32_t offset = 0;
    const auto [stop, error] =
        std::from_chars(name.data() + plus + 1, end, offset);
    const bool whole = stop == end || *stop == ' ';
    if (error == std::errc() && whole)
      return {name.substr(0, plus).append(stop, end), offset};
  }
  return {name, 0};
}

std::uint32_t RootNames::root_of(std::uint32_t edge) {
  std::uint32_t& number = root_of_[edge];
  if (number != kUnasked) return number;
  const RootKind kind = heap_.roots()[edges_[edge].range].kind;
  auto [at, is_new] =
      numbers_.try_emplace(NamedRoot{kind, part_of(edge).first},
                           static_cast<std::uint32_t>(roots_.size()));
  if (is_new) roots_.push_back(&at->first);
  number = at->second;
  return number;
}

std::uint32_t RootNames::offset_of(std::uint32_t edge) const {
  return part_of(edge).second;
}

std::pair<std::string, std::uint32_t> RootNames::part_of(
    std::uint32_t edge) const {
  const RootEdge& at = edges_[edge];
  const RootRange& root = heap_.roots()[at.range];
  const std::string name = heap_.root_name(root, at.word);
  switch (root.kind) {
    case RootKind::kGlobal:
    case RootKind::kThreadLocal:
    case RootKind::kAllocator:
      return split_root_name(name);
    default:
      // No variables; a thread may have any name.
      return {name, 0};
  }
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
