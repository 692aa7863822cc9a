#include "harness/runtimes/jvm/holdings.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "harness/runtimes/managed/joined_retention.h"

namespace tidemark::jvm {
namespace {

// What each JVM says of one question, or of one name.
using Parts = std::vector<NamedRetention>;

// Ways to what most bytes are in, which may be another's in each JVM.
std::vector<RetainingPath> ways_to_most(std::span<const DumpAnswer> answers,
                                        ManagedSites& sites) {
  std::vector<std::pair<std::string, Parts>> by_name;
  for (const DumpAnswer& answer : answers) {
    for (const HeldName& top : answer.of_top) {
      auto known = std::find_if(
          by_name.begin(), by_name.end(),
          [&top](const auto& entry) { return entry.first == top.name; });
      if (known == by_name.end())
        known = by_name.insert(by_name.end(), {top.name, {}});
      known->second.push_back(top.held);
    }
  }
  std::vector<RetainingPath> ways;
  for (auto& [_, parts] : by_name) {
    Retention held = with_sites(join(std::move(parts), kMostPathsOfAll), sites);
    std::move(held.paths.begin(), held.paths.end(), std::back_inserter(ways));
  }
  std::stable_sort(ways.begin(), ways.end(),
                   [](const RetainingPath& a, const RetainingPath& b) {
                     return a.bytes > b.bytes;
                   });
  if (ways.size() > kMostPathsOfAll) ways.resize(kMostPathsOfAll);
  return ways;
}

}  // namespace

RuntimeHoldings holdings_of(std::span<const DumpAnswer> answers,
                            ManagedSites& sites) {
  std::vector<Parts> by_question;
  Retention all;
  for (const DumpAnswer& answer : answers) {
    by_question.resize(
        std::max(by_question.size(), answer.of_questions.size()));
    for (std::size_t i = 0; i < answer.of_questions.size(); ++i)
      by_question[i].push_back(answer.of_questions[i]);
    all.objects += answer.objects;
    all.bytes += answer.bytes;
  }
  RuntimeHoldings holdings;
  for (Parts& parts : by_question)
    holdings.of_sites.push_back(
        with_sites(join(std::move(parts), kMostPathsOfFinding), sites));
  all.paths = ways_to_most(answers, sites);
  holdings.all = std::move(all);
  return holdings;
}

}  // namespace tidemark::jvm
