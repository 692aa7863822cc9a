#include "harness/runtimes/managed/member_names.h"

#include <array>
#include <cstring>

#include "harness/runtimes/managed/way_search.h"

namespace tidemark {

MemberNames::MemberNames(const ObjectGraph& graph)
    : graph_(graph), names_{"[]"}, numbers_{{"[]", kAnyMember}} {}

MemberNumber MemberNames::number(ObjectIndex from, std::uint32_t edge) {
  const std::uint32_t type = graph_.type[graph_.to[edge]];
  if (from != from_ || type != type_) {
    from_ = from;
    type_ = type;
    in_a_row_ = 0;
  }
  if (in_a_row_ >= 2) return last_;
  const MemberNumber number = ask(from, edge);
  in_a_row_ = in_a_row_ > 0 && number == last_ ? in_a_row_ + 1 : 1;
  return last_ = number;
}

MemberNumber MemberNames::ask(ObjectIndex from, std::uint32_t edge) {
  const auto numbered = [&] {
    const std::string name =
        graph_.member_of ? graph_.member_of(from, edge) : std::string();
    const auto [known, fresh] =
        numbers_.try_emplace(name, static_cast<MemberNumber>(names_.size()));
    if (fresh) names_.push_back(name);
    return known->second;
  };
  if (asked_ < kExact || is_plain(graph_, graph_.type[from])) {
    ++asked_;
    return numbered();
  }
  const std::uint32_t references = graph_.first[from + 1] - graph_.first[from];
  if (references > kMostOfAShape) return kAnyMember;
  const std::array<std::uint32_t, 4> shape = {
      graph_.type[from], graph_.type[graph_.to[edge]], references,
      edge - graph_.first[from]};
  std::string key(sizeof shape, '\0');
  std::memcpy(key.data(), shape.data(), sizeof shape);
  const auto known = shapes_.find(key);
  if (known != shapes_.end()) return known->second;
  return shapes_[key] = numbered();
}

}  // namespace tidemark
