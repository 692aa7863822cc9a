// What is still there of each cycle's births, finding by finding.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "harness/report/html_parts.h"
#include "harness/report/html_sections.h"
#include "harness/report/sections.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kShown = 12;  // findings
constexpr std::size_t kSaid = 24;   // rings, in the words for the whole

struct NumberedFinding {
  std::size_t number;
  const Finding* finding;
};

std::vector<NumberedFinding> with_rings(const Judgement& judgement) {
  std::vector<NumberedFinding> some;
  std::size_t number = 0;
  for (const Finding* finding : numbered(judgement)) {
    ++number;
    const bool any = std::any_of(
        finding->rings.begin(), finding->rings.end(),
        [](const FindingRing& ring) { return ring.objects.value > 0; });
    if (any && some.size() < kShown) some.push_back({number, finding});
  }
  return some;
}

std::string bars_of(const NumberedFinding& one) {
  const Finding& finding = *one.finding;
  const bool upstream = !finding.standin.empty();
  std::vector<HtmlBar> bars;
  std::string all;
  Count most;
  for (const FindingRing& ring : finding.rings) {
    most = std::max(most, ring.objects);
    bars.push_back(
        {static_cast<double>(ring.objects.value),
         fmt::format("cycle {}: {} of {}, {}", ring.cycle.value,
                     plural(double(ring.objects.value),
                            upstream ? "connection" : "block"),
                     plural(double(ring.connections.value), "connection"),
                     bytes_text(ring.bytes))});
    if (bars.size() <= kSaid) all += "; " + bars.back().told;
  }
  if (bars.size() > kSaid) all += "; the others are in the table below";
  return fmt::format(
             "<h3>Finding {}: {}</h3>\n<p class=\"axis\">{} still there, by "
             "the "
             "cycle of their birth, {} to {}; the highest bar is {}</p>\n",
             one.number, to_word(finding.kind),
             upstream ? "connections" : "blocks",
             finding.rings.front().cycle.value,
             finding.rings.back().cycle.value, number_text(most)) +
         html_bars(bars, "Survivors by the cycle they were born in" + all);
}

// A row for each cycle, a column for each finding.
std::string rings_table(const std::vector<NumberedFinding>& findings) {
  std::vector<HtmlColumn> columns{{"cycle", true}, {"connections", true}};
  std::map<CycleIndex, std::vector<std::string>> rows;
  for (const NumberedFinding& one : findings) {
    columns.push_back({fmt::format("finding {}", one.number), true});
    for (const FindingRing& ring : one.finding->rings) {
      std::vector<std::string>& row = rows[ring.cycle];
      if (row.empty())
        row = {number_text(double(ring.cycle.value)),
               number_text(ring.connections)};
      row.resize(columns.size() - 1, "–");
      row.push_back(ring.bytes.value == 0
                        ? number_text(ring.objects)
                        : fmt::format("{} in {}", bytes_text(ring.bytes),
                                      number_text(ring.objects)));
    }
  }
  HtmlTable table("What is still there, by the cycle of its birth", columns);
  for (auto& [cycle, row] : rows) {
    row.resize(columns.size(), "–");
    table.add(row);
  }
  return table.html();
}

}  // namespace

std::string html_rings(const RunRecord& record) {
  if (!record.judgement) return {};
  const std::vector<NumberedFinding> findings = with_rings(*record.judgement);
  if (findings.empty()) return {};
  std::string text;
  for (const NumberedFinding& one : findings) text += bars_of(one);
  return text + html_details("The same as a table", rings_table(findings));
}

}  // namespace tidemark
