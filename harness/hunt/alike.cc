#include "harness/hunt/alike.h"

#include <algorithm>

#include "harness/hunt/traces.h"

namespace tidemark {

void merge_alike(std::deque<HuntFinding>& findings) {
  const auto is_subset = [](const HuntFinding& a, const HuntFinding& b) {
    return std::all_of(a.ways.begin(), a.ways.end(), [&b](const auto& way) {
      return std::find(b.ways.begin(), b.ways.end(), way) != b.ways.end();
    });
  };
  const auto stands_for = [&](const HuntFinding& a, const HuntFinding& b) {
    return a.kind == HuntKind::kGrowth && b.kind == HuntKind::kGrowth &&
           a.standing == HuntStanding::kConfirmed && b.standing == a.standing &&
           is_same(trace_of(a.record, a.finding),
                   trace_of(b.record, b.finding)) &&
           is_subset(a, b);
  };
  for (std::size_t i = 0; i < findings.size(); ++i) {
    for (std::size_t j = 0; j < findings.size(); ++j) {
      const bool later = j > i || findings[i].ways != findings[j].ways;
      if (i == j || !later || !stands_for(findings[i], findings[j])) continue;
      findings.erase(findings.begin() + static_cast<std::ptrdiff_t>(j));
      if (j < i) --i;
      --j;
    }
  }
}

}  // namespace tidemark
