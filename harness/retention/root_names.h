// Words of roots by the name of the variable or frame that they are part of.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/retention/shares.h"

namespace tidemark {

struct NamedRoot {
  RootKind kind = RootKind::kGlobal;
  std::string name;  // "g_rooms (chat.cpp)": without the "+16" of a word in it

  auto operator<=>(const NamedRoot&) const = default;
};

// Asks for a name once for each part of a root, and only for those it must
// know.
class RootNames {
 public:
  // Both must outlive this.
  RootNames(const FrozenHeap& heap, const std::vector<RootEdge>& edges)
      : heap_(heap), edges_(edges), root_of_(edges.size(), kUnasked) {}

  // The number of the root that this word is part of; equal for equal roots.
  std::uint32_t root_of(std::uint32_t edge);

  // Where in that root the word is. Costs nothing after root_of().
  std::uint32_t offset_of(std::uint32_t edge);

  const NamedRoot& root(std::uint32_t number) const { return *roots_[number]; }

  // All pointers of the roots with these numbers, as far as they are beside
  // a word that root_of() was asked for.
  std::vector<RootGroup> groups(const std::vector<std::uint32_t>& numbers);

 private:
  static constexpr std::uint32_t kUnasked = 0xffffffff;

  // The latest part that was asked for: neighbours are asked for in turn.
  struct Part {
    std::uint64_t begin = 0, from = 0, to = 0;
    std::uint32_t range = 0;
    std::uint32_t number = 0;
    bool variable = false;  // elsewhere nobody knows a place by its offset
  };

  const Part& part_of(std::uint32_t edge);

  const FrozenHeap& heap_;
  const std::vector<RootEdge>& edges_;
  std::vector<std::uint32_t> root_of_;  // each edge
  Part part_;
  std::map<NamedRoot, std::uint32_t> numbers_;
  std::vector<const NamedRoot*> roots_;
};

}  // namespace tidemark
