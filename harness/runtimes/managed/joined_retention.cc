#include "harness/runtimes/managed/joined_retention.h"

#include <algorithm>
#include <utility>

namespace tidemark {
namespace {

bool alike(const NamedPath& a, const NamedPath& b) {
  return a.root == b.root && a.root_name == b.root_name &&
         std::equal(a.holders.begin(), a.holders.end(), b.holders.begin(),
                    b.holders.end(),
                    [](const NamedHolder& x, const NamedHolder& y) {
                      return x.type == y.type && x.member == y.member;
                    });
}

void add(const NamedPath& from, NamedPath& to) {
  to.objects += from.objects;
  to.bytes += from.bytes;
  to.retained += from.retained;
  to.share += from.share;
  for (std::size_t i = 0; i < from.holders.size(); ++i) {
    to.holders[i].bytes = std::max(to.holders[i].bytes, from.holders[i].bytes);
    to.holders[i].repeated =
        std::max(to.holders[i].repeated, from.holders[i].repeated);
  }
}

NamedRetention sum_of(std::vector<NamedRetention> parts) {
  NamedRetention all;
  for (const NamedRetention& part : parts) all.bytes += part.bytes;
  for (NamedRetention& part : parts) {
    all.objects += part.objects;
    all.unreachable += part.unreachable;
    all.unreachable_bytes += part.unreachable_bytes;
    all.doubtful += part.doubtful;
    for (NamedPath& path : part.paths) {
      // Of this process's bytes, then of all processes'.
      path.share = all.bytes.value == 0
                       ? 0
                       : path.share * static_cast<double>(part.bytes.value) /
                             static_cast<double>(all.bytes.value);
      const auto known = std::find_if(
          all.paths.begin(), all.paths.end(),
          [&path](const NamedPath& other) { return alike(other, path); });
      if (known == all.paths.end())
        all.paths.push_back(std::move(path));
      else
        add(path, *known);
    }
  }
  return all;
}

}  // namespace

NamedRetention join(std::vector<NamedRetention> parts, std::size_t most_paths) {
  NamedRetention all =
      parts.size() == 1 ? std::move(parts.front()) : sum_of(std::move(parts));
  std::stable_sort(
      all.paths.begin(), all.paths.end(),
      [](const NamedPath& a, const NamedPath& b) { return a.bytes > b.bytes; });
  if (all.paths.size() > most_paths) all.paths.resize(most_paths);
  return all;
}

}  // namespace tidemark
