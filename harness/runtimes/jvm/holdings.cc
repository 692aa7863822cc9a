#include "harness/runtimes/jvm/holdings.h"

#include <algorithm>
#include <utility>

namespace tidemark::jvm {
namespace {

void add(Retention& into, Retention from) {
  into.objects += from.objects;
  into.bytes += from.bytes;
  into.unreachable += from.unreachable;
  into.unreachable_bytes += from.unreachable_bytes;
  into.doubtful += from.doubtful;
  std::move(from.paths.begin(), from.paths.end(),
            std::back_inserter(into.paths));
}

void keep_most(Retention& retention, std::size_t most) {
  std::stable_sort(retention.paths.begin(), retention.paths.end(),
                   [](const RetainingPath& a, const RetainingPath& b) {
                     return a.bytes > b.bytes;
                   });
  if (retention.paths.size() > most) retention.paths.resize(most);
}

}  // namespace

RuntimeHoldings holdings_of(std::span<const DumpAnswer> answers,
                            ManagedSites& sites) {
  RuntimeHoldings holdings;
  Retention all;
  for (const DumpAnswer& answer : answers) {
    holdings.of_sites.resize(
        std::max(holdings.of_sites.size(), answer.of_questions.size()));
    for (std::size_t i = 0; i < answer.of_questions.size(); ++i)
      add(holdings.of_sites[i], with_sites(answer.of_questions[i], sites));
    // Ways to what most bytes are in; counted are all.
    for (const HeldName& top : answer.of_top) {
      Retention ways = with_sites(top.held, sites);
      std::move(ways.paths.begin(), ways.paths.end(),
                std::back_inserter(all.paths));
    }
    all.objects += answer.objects;
    all.bytes += answer.bytes;
  }
  for (Retention& retention : holdings.of_sites)
    keep_most(retention, kMostPathsOfFinding);
  keep_most(all, kMostPathsOfAll);
  holdings.all = std::move(all);
  return holdings;
}

}  // namespace tidemark::jvm
