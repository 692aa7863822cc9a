// Words of roots by the name of the variable or frame that they are part of.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/retention/shares.h"

namespace tidemark {

struct NamedRoot {
  RootKind kind = RootKind::kGlobal;
  std::string name;  // "g_rooms (chat.cpp)": without the "+16" of a word in it

  auto operator<=>(const NamedRoot&) const = default;
};

// "g_rooms+16 (chat.cpp)" → {"g_rooms (chat.cpp)", 16}; a name without has
// offset 0.
std::pair<std::string, std::uint32_t> split_root_name(const std::string& name);

// Asks for a name only once for each word, and only for those it must know.
class RootNames {
 public:
  // Both must outlive this.
  RootNames(const FrozenHeap& heap, const std::vector<RootEdge>& edges)
      : heap_(heap), edges_(edges), root_of_(edges.size(), kUnasked) {}

  // The number of the root that this word is part of; equal for equal roots.
  std::uint32_t root_of(std::uint32_t edge);

  // Where in that root the word is.
  std::uint32_t offset_of(std::uint32_t edge) const;

  const NamedRoot& root(std::uint32_t number) const { return *roots_[number]; }

  // All pointers of the roots with these numbers, as far as they are beside
  // a word that root_of() was asked for.
  std::vector<RootGroup> groups(const std::vector<std::uint32_t>& numbers);

 private:
  static constexpr std::uint32_t kUnasked = 0xffffffff;

  std::pair<std::string, std::uint32_t> part_of(std::uint32_t edge) const;

  const FrozenHeap& heap_;
  const std::vector<RootEdge>& edges_;
  std::vector<std::uint32_t> root_of_;  // each edge
  std::map<NamedRoot, std::uint32_t> numbers_;
  std::vector<const NamedRoot*> roots_;
};

}  // namespace tidemark
