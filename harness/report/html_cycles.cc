// What the load was, cycle by cycle: how fast, and which ways.
#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

#include "harness/report/html_parts.h"
#include "harness/report/html_sections.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kWayColumns = 24;

bool was_timed(const CycleFacts& cycle) {
  return cycle.pace.replies.value > 0 ||
         cycle.pace.handshake_median.count() > 0;
}

double per_second(const CyclePace& pace) {
  const double seconds = to_seconds(pace.playing);
  return seconds > 0 ? static_cast<double>(pace.replies.value) / seconds : 0;
}

std::string time_text(Duration time) {
  if (time.count() <= 0) return "–";
  return fmt::format("{:.3f} ms", to_seconds(time) * 1e3);
}

std::set<std::string> ways_of(const RunRecord& record) {
  std::set<std::string> ways;
  for (const CycleFacts& cycle : record.cycles)
    for (const auto& [way, count] : cycle.load.closed) ways.insert(way);
  return ways;
}

std::string settings_text(const CycleSettings& settings) {
  std::string text;
  const auto add = [&text](const std::string& more) {
    text += (text.empty() ? "" : ", ") + more;
  };
  if (settings.messages) add(plural(double(*settings.messages), "message"));
  if (settings.size) add("of " + bytes_text(*settings.size));
  if (settings.concurrency)
    add(fmt::format("{} at once", number_text(double(*settings.concurrency))));
  return text.empty() ? "–" : text;
}

std::string ways_text(const WayCounts& closed) {
  std::string text;
  for (const auto& [way, count] : closed)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", way,
                        number_text(count));
  return text.empty() ? "–" : text;
}

}  // namespace

Json pace_data(const RunRecord& record) {
  Json cycles = Json::array(), median = Json::array(), p90 = Json::array(),
       p99 = Json::array(), p999 = Json::array(), handshake = Json::array(),
       rate = Json::array();
  // Nothing was timed: a gap, and no zero.
  const auto add = [](Json& to, Duration time) {
    to.push_back(time.count() > 0 ? Json(to_seconds(time)) : Json(nullptr));
  };
  for (const CycleFacts& cycle : record.cycles) {
    if (!was_timed(cycle)) continue;
    cycles.push_back(cycle.index.value);
    add(median, cycle.pace.reply_median);
    add(p90, cycle.pace.reply_p90);
    add(p99, cycle.pace.reply_p99);
    add(p999, cycle.pace.reply_p999);
    add(handshake, cycle.pace.handshake_median);
    const double replies = per_second(cycle.pace);
    rate.push_back(replies > 0 ? Json(replies) : Json(nullptr));
  }
  return {{"cycles", std::move(cycles)}, {"median", std::move(median)},
          {"p90", std::move(p90)},       {"p99", std::move(p99)},
          {"p999", std::move(p999)},     {"handshake", std::move(handshake)},
          {"replies", std::move(rate)}};
}

std::string html_pace(const RunRecord& record) {
  HtmlTable table("Speed of each cycle", {{"cycle", true},
                                          {"kind"},
                                          {"replies", true},
                                          {"per second", true},
                                          {"median", true},
                                          {"90 %", true},
                                          {"99 %", true},
                                          {"99.9 %", true},
                                          {"handshake, median", true},
                                          {"CPU of the service", true},
                                          {"blocks asked for", true}});
  for (const CycleFacts& cycle : record.cycles) {
    if (!was_timed(cycle)) continue;
    const CyclePace& pace = cycle.pace;
    const double replies = per_second(pace);
    table.add({number_text(double(cycle.index.value)), to_word(cycle.kind),
               number_text(pace.replies),
               replies > 0 ? number_text(replies) : "–",
               time_text(pace.reply_median), time_text(pace.reply_p90),
               time_text(pace.reply_p99), time_text(pace.reply_p999),
               time_text(pace.handshake_median), time_text(pace.service_cpu),
               number_text(pace.allocations)});
  }
  if (table.empty()) return {};
  return "<p>How long the driver waited for replies and handshakes, cycle by "
         "cycle, with the agent in the service. A hunt's load is no "
         "benchmark: these tell a cycle that was disturbed.</p>\n"
         "<div class=\"plot\" data-plot=\"pace\"></div>\n" +
         html_details("The same as a table", table.html());
}

std::string html_plan(const RunRecord& record) {
  if (record.cycles.empty()) return {};
  const std::set<std::string> ways = ways_of(record);
  const bool in_columns = ways.size() <= kWayColumns;
  std::vector<HtmlColumn> columns{{"cycle", true}, {"kind"}, {"opened", true}};
  if (in_columns)
    for (const std::string& way : ways) columns.push_back({way, true});
  else
    columns.push_back({"closed by"});
  columns.push_back({"settings"});
  columns.push_back({"settled after", true});
  HtmlTable table("Connections of each cycle, by how they ended", columns);
  for (const CycleFacts& cycle : record.cycles) {
    std::vector<std::string> row{number_text(double(cycle.index.value)),
                                 to_word(cycle.kind),
                                 number_text(cycle.load.opened)};
    if (!in_columns) row.push_back(ways_text(cycle.load.closed));
    for (const std::string& way : ways) {
      if (!in_columns) break;
      const auto found = cycle.load.closed.find(way);
      row.push_back(
          found == cycle.load.closed.end() ? "–" : number_text(found->second));
    }
    row.push_back(settings_text(cycle.settings));
    row.push_back(!cycle.drained   ? "not drained"
                  : !cycle.settled ? "not settled"
                                   : duration_text(cycle.linger));
    table.add(row);
  }
  std::string text =
      "<p>Loaded and idle cycles part connections from time, full and half "
      "doses connections from cycles; which ways are used in which cycle is a "
      "code that tells them apart.</p>\n";
  if (!record.stopped_because.empty())
    text += html_text(
        "p", "No more cycles were needed: " + record.stopped_because + ".");
  return text + table.html();
}

}  // namespace tidemark
