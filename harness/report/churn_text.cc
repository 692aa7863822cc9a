#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kShown = 3;
constexpr std::size_t kBlocksColumn = 20;

bool has_churn(const RunRecord& record) {
  return record.judgement &&
         std::any_of(record.judgement->findings.begin(),
                     record.judgement->findings.end(),
                     [](const Finding& finding) {
                       return finding.kind == FindingClass::kChurn;
                     });
}

struct Allocator {
  std::string place;
  Count blocks;
  Bytes bytes;
};

// One line of code may be several sites: stacks, and those of other processes.
std::vector<Allocator> by_place(const RunRecord& record) {
  std::map<std::string, Allocator> places;
  for (const LastHeld& one : record.ever_allocated) {
    const SiteRecord* site = find_site(record, one.site);
    if (site == nullptr) continue;
    const std::string place = place_of(*site);
    Allocator& sum = places[place];
    sum.place = place;
    sum.blocks += one.objects;
    sum.bytes += one.bytes;
  }
  std::vector<Allocator> sorted;
  for (auto& [name, place] : places) sorted.push_back(std::move(place));
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [](const Allocator& a, const Allocator& b) { return a.bytes > b.bytes; });
  if (sorted.size() > kShown) sorted.resize(kShown);
  return sorted;
}

}  // namespace

std::string churn_section(const RunRecord& record, const ReportStyle& style) {
  if (!has_churn(record) || record.heap_counters.allocated.value <= 0)
    return {};
  const std::vector<Allocator> places = by_place(record);
  if (places.empty()) return {};
  const double all = static_cast<double>(record.heap_counters.allocated.value);
  std::string text =
      "\n" + wrapped(fmt::format("  Of {} that were allocated in all, freed or "
                                 "not:",
                                 bytes_text(record.heap_counters.allocated)),
                     2, width_of(style));
  for (const Allocator& place : places)
    text += wrapped(
        fmt::format("  {:>6.1f} % in {:<{}} {}",
                    100 * static_cast<double>(place.bytes.value) / all,
                    plural(static_cast<double>(place.blocks.value), "block"),
                    kBlocksColumn, place.place),
        kBlocksColumn + 15, width_of(style));
  return text;
}

}  // namespace tidemark
