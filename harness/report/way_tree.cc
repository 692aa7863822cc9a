#include "harness/report/way_tree.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "harness/report/site_text.h"

namespace tidemark {
namespace {

// A list's ends, a tree's sides: which of them the shortest way to a node
// begins with is chance.
bool is_node(const Holder& holder) {
  return std::string_view(holder.type).ends_with(" node") ||
         holder.type == "std::deque chunk";
}

class Places {
 public:
  explicit Places(const RunRecord& record) : record_(record) {}

  bool same_holder(const Holder& a, const Holder& b) {
    return a.type == b.type && a.member == b.member &&
           a.interior == b.interior && (a.offset == b.offset || is_node(a)) &&
           place(a) == place(b);
  }

 private:
  const std::string& place(const Holder& holder) {
    const auto [known, fresh] = places_.try_emplace(holder.site);
    if (fresh) {
      const SiteRecord* site = find_site(record_, holder.site);
      known->second = site ? place_of(*site) : std::to_string(holder.site);
    }
    return known->second;
  }

  const RunRecord& record_;
  std::map<SiteId, std::string> places_;
};

template <class Same>
Branch& branch_for(std::vector<Branch>& branches, Same same) {
  const auto known = std::find_if(branches.begin(), branches.end(), same);
  return known == branches.end() ? branches.emplace_back() : *known;
}

void heaviest_first(std::vector<Branch>& branches) {
  std::stable_sort(
      branches.begin(), branches.end(),
      [](const Branch& a, const Branch& b) { return a.bytes > b.bytes; });
  for (Branch& branch : branches) heaviest_first(branch.below);
}

}  // namespace

std::vector<Branch> way_tree(const RunRecord& record,
                             const Retention& retention) {
  Places places(record);
  std::vector<Branch> roots;
  for (const RetainingPath& path : retention.paths) {
    Branch* at = &branch_for(roots, [&](const Branch& branch) {
      return branch.root->root == path.root &&
             branch.root->root_name == path.root_name;
    });
    auto count = [&](Branch& branch) {
      branch.objects += path.objects;
      branch.bytes += path.bytes;
    };
    if (!at->root) at->root = &path;
    count(*at);
    // All ways of a root have the same, but for processes that lack some; of a
    // managed heap each has its own, and the largest alone would be too little.
    const bool named =
        !path.holders.empty() && !path.holders.front().member.empty();
    at->retained = named ? at->retained + path.retained
                         : std::max(at->retained, path.retained);
    at->share = std::max(at->share, path.share);
    for (const Holder& holder : path.holders) {
      at = &branch_for(at->below, [&](const Branch& branch) {
        return places.same_holder(*branch.holder, holder);
      });
      if (!at->holder || holder.repeated > at->holder->repeated)
        at->holder = &holder;
      count(*at);
    }
    at->own += path.objects;
    at->own_bytes += path.bytes;
  }
  heaviest_first(roots);
  return roots;
}

}  // namespace tidemark
