#include "harness/verdict/unit_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "harness/verdict/phrases.h"
#include "harness/verdict/units.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

double closed_by(const Dose& dose, const std::string& way) {
  const auto found = dose.closed.find(way);
  return found == dose.closed.end() ? 0 : found->second;
}

// Those that occur.
std::set<std::string> ways_in(std::span<const Dose> doses) {
  std::set<std::string> ways;
  for (const Dose& dose : doses) {
    for (const auto& [way, count] : dose.closed) {
      if (count > 0) ways.insert(way);
    }
  }
  return ways;
}

double abnormal_in(const Dose& dose) {
  double sum = 0;
  for (const auto& [way, count] : dose.closed) {
    if (is_abnormal(way)) sum += count;
  }
  return sum;
}

// Only where it says more than the name of one way would.
std::optional<Column> abnormal_closes(std::span<const Dose> doses) {
  std::size_t abnormal_ways = 0;
  for (const std::string& way : ways_in(doses)) {
    if (is_abnormal(way)) ++abnormal_ways;
  }
  double others = 0;
  for (const Dose& dose : doses) others += dose.connections - abnormal_in(dose);
  if (abnormal_ways < 2 || others <= 0) return std::nullopt;
  return column_of(kAbnormalClose, doses, abnormal_in);
}

// The levels of one factor that occur, if there is more than one.
template <class Level>
std::set<Level> levels_in(std::span<const Dose> doses,
                          std::optional<Level> CycleSettings::*which) {
  std::set<Level> levels;
  for (const Dose& dose : doses)
    if (dose.connections > 0 && dose.settings.*which)
      levels.insert(*(dose.settings.*which));
  if (levels.size() < 2) levels.clear();
  return levels;
}

// `column` where the factor has a level of `from` to `to`, nothing elsewhere.
template <class Level>
Column only_at(const Column& column, std::string unit,
               std::span<const Dose> doses,
               std::optional<Level> CycleSettings::*which, Level from,
               Level to) {
  Column part{std::move(unit), column.units};
  for (std::size_t i = 0; i < doses.size(); ++i) {
    const std::optional<Level>& level = doses[i].settings.*which;
    if (!level || *level < from || to < *level) part.units[i] = 0;
  }
  return part;
}

// Each level alone, then each and all larger ones: a threshold.
template <class Level, class Say>
void add_levels(std::vector<Column>& columns, const Column& column,
                std::span<const Dose> doses,
                std::optional<Level> CycleSettings::*which, Say say) {
  const std::set<Level> levels = levels_in(doses, which);
  for (const Level level : levels)
    columns.push_back(
        only_at(column, say(level, false), doses, which, level, level));
  if (levels.size() < 3) return;
  for (const Level level : levels) {
    if (level == *levels.begin() || level == *levels.rbegin()) continue;
    columns.push_back(only_at(column, say(level, true), doses, which, level,
                              *levels.rbegin()));
  }
}

// What happens only at one level of a factor, or from one on.
std::vector<Column> conditional_units(std::span<const Dose> doses,
                                      const std::vector<Column>& plain,
                                      const Column& messages) {
  std::vector<Column> columns;
  const auto bytes = [](Bytes size, bool more) {
    return say_bytes(static_cast<double>(size.value)) +
           (more ? " and more" : "");
  };
  add_levels(columns, messages, doses, &CycleSettings::size,
             [&](Bytes level, bool more) {
               return messages.unit + " of " + bytes(level, more);
             });
  for (const Column& column : plain) {
    add_levels(columns, column, doses, &CycleSettings::size,
               [&](Bytes level, bool more) {
                 return fmt::format("{} with {}s of {}", column.unit,
                                    messages.unit, bytes(level, more));
               });
    add_levels(columns, column, doses, &CycleSettings::concurrency,
               [&](std::uint32_t level, bool more) {
                 return fmt::format("{} at {}{} at once", column.unit, level,
                                    more ? " and more" : "");
               });
    add_levels(columns, column, doses, &CycleSettings::messages,
               [&](std::uint32_t level, bool more) {
                 return fmt::format("{} with {}{}", column.unit,
                                    say_count(level, messages.unit),
                                    more ? " and more" : "");
               });
  }
  return columns;
}

}  // namespace

std::string close_unit(const std::string& way) {
  for (std::size_t b = 0; b < kCloseBehaviors; ++b) {
    if (without_flow(way) == to_word(static_cast<CloseBehavior>(b))) {
      return way + " close";
    }
  }
  return way + " provocation";
}

bool is_abnormal(std::string_view way) {
  return without_flow(way) != to_word(CloseBehavior::kGraceful);
}

double sum_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

Column connections_of(std::span<const Dose> doses) {
  return column_of("connection", doses,
                   [](const Dose& dose) { return dose.connections; });
}

std::vector<Column> closes_of(std::span<const Dose> doses) {
  std::vector<Column> columns;
  for (const std::string& way : ways_in(doses)) {
    columns.push_back(column_of(close_unit(way), doses, [&](const Dose& dose) {
      return closed_by(dose, way);
    }));
  }
  columns.push_back(column_of("close by the service", doses,
                              [](const Dose& dose) { return dose.early; }));
  for (const Dose& dose : doses) {
    double ended = dose.early;
    for (const auto& [way, count] : dose.closed) ended += count;
    if (ended != dose.connections) return {};
  }
  std::erase_if(columns, [](const Column& c) { return sum_of(c.units) <= 0; });
  if (columns.size() < 2) columns.clear();
  return columns;
}

std::vector<Column> single_units(std::span<const Dose> doses) {
  std::vector<Column> columns{connections_of(doses)};
  if (!closes_of(doses).empty()) {
    if (auto abnormal = abnormal_closes(doses)) columns.push_back(*abnormal);
    for (Column& column : closes_of(doses)) {
      columns.push_back(std::move(column));
    }
  }
  Column messages = column_of(doses.empty() ? "" : doses.front().message, doses,
                              [](const Dose& dose) { return dose.messages; });
  if (sum_of(messages.units) > 0 && !messages_per_connection(doses)) {
    columns.push_back(std::move(messages));
  }
  Column failures = column_of("failed handshake", doses,
                              [](const Dose& dose) { return dose.failed; });
  if (sum_of(failures.units) > 0) columns.push_back(std::move(failures));
  return columns;
}

std::vector<Column> units_at_levels(std::span<const Dose> doses) {
  const Column messages =
      column_of(doses.empty() ? "" : doses.front().message, doses,
                [](const Dose& dose) { return dose.messages; });
  std::vector<Column> plain{connections_of(doses)};
  for (Column& column : closes_of(doses)) plain.push_back(std::move(column));
  return conditional_units(doses, plain, messages);
}

}  // namespace tidemark
