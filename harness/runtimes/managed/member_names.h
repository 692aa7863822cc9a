// Names of references by number, asked for as seldom as can be. Private to this
// folder.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/runtimes/managed/object_graph.h"

namespace tidemark {

using MemberNumber = std::uint32_t;

// What one of very many members is called.
inline constexpr MemberNumber kAnyMember = 0;  // "[]"

class MemberNames {
 public:
  // `graph` must outlive this.
  explicit MemberNames(const ObjectGraph& graph);

  // Of to[edge] of `from`; equal for equal names. Of a holder in which two
  // references to a type, one after the other, have one name, all later ones to
  // this type have it: they are elements. After the first `kExact` questions,
  // references in the same place of objects of one type with equally many
  // references have one name: a shape, most probably. Those of a holder of very
  // many have none then. Objects of plain types have no shape, and are asked.
  MemberNumber number(ObjectIndex from, std::uint32_t edge);

  const std::string& name(MemberNumber number) const { return names_[number]; }

 private:
  static constexpr std::uint32_t kExact = 200'000;
  static constexpr std::uint32_t kMostOfAShape = 256;

  MemberNumber ask(ObjectIndex from, std::uint32_t edge);

  const ObjectGraph& graph_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, MemberNumber> numbers_;
  std::unordered_map<std::string, MemberNumber> shapes_;
  std::uint32_t asked_ = 0;
  // The latest of one holder and type.
  ObjectIndex from_ = kNoObject;
  std::uint32_t type_ = 0;
  MemberNumber last_ = 0;
  std::uint32_t in_a_row_ = 0;  // how often its name came
};

}  // namespace tidemark
