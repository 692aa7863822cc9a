// Memory over time: what the plot is of, and the same as a table.
#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>

#include "harness/report/html_parts.h"
#include "harness/report/html_sections.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

double middle_of(const CycleFacts& cycle) {
  return (to_seconds(cycle.started) + to_seconds(cycle.finished)) / 2;
}

// When a moment of a cycle was: records have the cycles' times, and which
// moment is where in its cycle. Absent: the cycle is not in the record.
class Moments {
 public:
  explicit Moments(const RunRecord& record) : record_(record) {
    for (const CycleFacts& cycle : record.cycles) cycles_[cycle.index] = &cycle;
  }

  std::optional<double> time_of(const std::string& moment,
                                CycleIndex cycle) const {
    if (moment == "start") return to_seconds(record_.service.ready_after);
    const auto found = cycles_.find(cycle);
    if (found == cycles_.end()) return std::nullopt;
    if (moment == "open") return middle_of(*found->second);
    return to_seconds(found->second->finished);
  }

 private:
  const RunRecord& record_;
  std::map<CycleIndex, const CycleFacts*> cycles_;
};

Json series(const std::map<double, std::int64_t>& values) {
  Json times = Json::array(), bytes = Json::array();
  for (const auto& [time, value] : values) {
    times.push_back(time);
    bytes.push_back(value);
  }
  return Json::array({std::move(times), std::move(bytes)});
}

// Resident memory that the allocator has: live, rounded up, pinned, free.
Bytes of_allocator(const MemoryAccount& account) {
  return account.live + account.rounding + account.pinned + account.free;
}

using CycleBytes = std::map<CycleIndex, Bytes>;

CycleBytes pss_when(const RunRecord& record, const std::string& moment,
                    const std::string& or_else = {}) {
  CycleBytes bytes;
  for (const KernelSample& sample : record.kernel)
    if (sample.moment == moment ||
        (!or_else.empty() && sample.moment == or_else))
      bytes[sample.cycle] = sample.pss;
  return bytes;
}

std::string bytes_or_dash(const CycleBytes& bytes, CycleIndex cycle) {
  const auto found = bytes.find(cycle);
  return found == bytes.end() ? "–" : bytes_text(found->second);
}

}  // namespace

Json timeline_data(const RunRecord& record) {
  const Moments moments(record);
  std::map<double, std::int64_t> live, settled, open, allocator;
  for (const CycleFacts& cycle : record.cycles)
    if (cycle.live) live[to_seconds(cycle.finished)] = cycle.live->value;
  for (const KernelSample& sample : record.kernel) {
    const auto time = moments.time_of(sample.moment, sample.cycle);
    if (!time) continue;
    if (sample.moment == "open") open[*time] = sample.pss.value;
    if (sample.moment == "settled" || sample.moment == "baseline")
      settled[*time] = sample.pss.value;
  }
  for (const MemoryAccount& account : record.memory) {
    const auto time = moments.time_of(account.moment, account.cycle);
    if (!time) continue;
    allocator[*time] = of_allocator(account).value;
    // Records of older versions have the live heap at these moments alone.
    if (live.size() < record.cycles.size()) live[*time] = account.live.value;
  }
  Json cycles = Json::array(), phases = Json::array();
  for (const CycleFacts& cycle : record.cycles)
    cycles.push_back(Json::array(
        {cycle.index.value, to_word(cycle.kind), to_seconds(cycle.started),
         to_seconds(cycle.finished), cycle.load.opened.value}));
  for (const PhaseRecord& phase : record.phases)
    phases.push_back(Json::array(
        {phase.name, to_seconds(phase.started), to_seconds(phase.finished)}));
  return {{"cycles", std::move(cycles)}, {"phases", std::move(phases)},
          {"live", series(live)},        {"allocator", series(allocator)},
          {"settled", series(settled)},  {"open", series(open)}};
}

std::string html_timeline(const RunRecord& record) {
  if (record.cycles.empty()) return {};
  const CycleBytes settled = pss_when(record, "settled", "baseline");
  const CycleBytes open = pss_when(record, "open");
  HtmlTable table("Memory after each cycle", {{"cycle", true},
                                              {"kind"},
                                              {"over after", true},
                                              {"connections", true},
                                              {"live heap", true},
                                              {"PSS", true},
                                              {"PSS, open", true}});
  for (const CycleFacts& cycle : record.cycles)
    table.add({number_text(double(cycle.index.value)), to_word(cycle.kind),
               duration_text(cycle.finished), number_text(cycle.load.opened),
               cycle.live ? bytes_text(*cycle.live) : "–",
               bytes_or_dash(settled, cycle.index),
               bytes_or_dash(open, cycle.index)});
  HtmlTable phases("Phases", {{"phase"}, {"from", true}, {"to", true}});
  for (const PhaseRecord& phase : record.phases)
    phases.add({phase.name, duration_text(phase.started),
                duration_text(phase.finished)});
  return "<p>The live heap and the service's PSS when each cycle is over: "
         "drained, settled and purged; the PSS with connections open is drawn "
         "in the middle of its cycle. What the allocator has of the PSS is "
         "known at a few moments. Bands are cycles, by kind; lines are where "
         "phases begin.</p>\n"
         "<div class=\"plot\" data-plot=\"timeline\"></div>\n" +
         html_details("The same as a table", table.html() + phases.html());
}

}  // namespace tidemark
