#include "harness/runtimes/managed/levels.h"

#include <algorithm>
#include <tuple>

namespace tidemark {

void LevelBook::move_to(std::vector<Part>& parts, Count objects,
                        Bytes bytes) const {
  Count had;
  for (const Part& part : parts) had += part.objects;
  if (objects > had) {
    if (parts.empty() || parts.back().born != cycle_)
      parts.push_back({cycle_, {}, {}});
    parts.back().objects += objects - had;
  }
  // The youngest go first, with as many bytes as they have each.
  for (Count gone = had - objects; gone.value > 0;) {
    Part& young = parts.back();
    if (young.objects <= gone) {
      gone -= young.objects;
      parts.pop_back();
      continue;
    }
    young.bytes = Bytes{young.bytes.value / young.objects.value *
                        (young.objects.value - gone.value)};
    young.objects -= gone;
    gone = {};
  }
  if (parts.empty()) return;
  // What is left or lacks in bytes: the youngest's, then that of those before.
  Bytes sum;
  for (const Part& part : parts) sum += part.bytes;
  if (bytes >= sum) {
    parts.back().bytes += bytes - sum;
    return;
  }
  Bytes surplus = sum - bytes;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const Bytes taken = std::min(surplus, part->bytes);
    part->bytes -= taken;
    surplus -= taken;
  }
}

std::vector<Ring> LevelBook::look(const std::vector<Level>& levels) {
  std::unordered_map<SiteId, std::vector<Part>> now;
  std::vector<Ring> rings;
  for (const Level& level : levels) {
    std::vector<Part> parts;
    if (const auto known = sites_.find(level.site); known != sites_.end())
      parts = std::move(known->second);
    move_to(parts, std::max(level.objects, Count{}),
            std::max(level.bytes, Bytes{}));
    for (const Part& part : parts)
      rings.push_back({level.site, part.born, part.objects, part.bytes});
    if (!parts.empty()) now[level.site] = std::move(parts);
  }
  sites_ = std::move(now);
  std::sort(rings.begin(), rings.end(), [](const Ring& a, const Ring& b) {
    return std::tie(a.site, a.born) < std::tie(b.site, b.born);
  });
  return rings;
}

}  // namespace tidemark
