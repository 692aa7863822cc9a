#include "harness/verdict/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "harness/verdict/least_squares.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

// A ring may hold so many objects more or less than predicted and still be
// called one with stray blocks, and so large a share of the rings may.
constexpr double kStray = 3;
constexpr double kStrayShare = 0.1;
constexpr double kStrayRings = 0.25;
// How much better another unit must fit than the connection (chi-square).
constexpr double kClearlyBetter = 12;
constexpr double kEnoughForDispersion = 100;

struct Column {
  std::string unit;
  std::vector<double> units;
};

double sum_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

template <class Pick>
Column column_of(std::string unit, std::span<const Dose> doses, Pick pick) {
  Column column{std::move(unit), {}};
  for (const Dose& dose : doses) column.units.push_back(pick(dose));
  return column;
}

Column connections_of(std::span<const Dose> doses) {
  return column_of("connection", doses,
                   [](const Dose& dose) { return dose.connections; });
}

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

// "reset close", "bad_utf8 provocation"
std::string unit_of(const std::string& way) {
  for (std::size_t b = 0; b < kCloseBehaviors; ++b) {
    if (without_flow(way) == to_word(static_cast<CloseBehavior>(b))) {
      return way + " close";
    }
  }
  return way + " provocation";
}

// The ways connections ended that occur at all; empty unless there is more
// than one, and they add up to the connections.
std::vector<Column> closes_of(std::span<const Dose> doses) {
  std::vector<Column> columns;
  for (const std::string& way : ways_in(doses)) {
    columns.push_back(column_of(unit_of(way), doses, [&](const Dose& dose) {
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

bool is_abnormal(std::string_view way) {
  return without_flow(way) != to_word(CloseBehavior::kGraceful);
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
  return column_of("abnormal close", doses, abnormal_in);
}

// Simplest first: what comes earlier wins where both explain everything.
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

UnitFit fit_of(const Column& column, double per_unit) {
  UnitFit fit;
  fit.unit = column.unit;
  fit.per_unit = per_unit;
  fit.units = column.units;
  for (double units : column.units) fit.predicted.push_back(per_unit * units);
  return fit;
}

// Fills in how well the prediction is met; false when it is not met.
bool agrees(UnitFit& fit, std::span<const Dose> doses,
            std::span<const double> survivors, bool strict) {
  const double top = *std::max_element(survivors.begin(), survivors.end());
  const double stray = std::min(kStray, kStrayShare * top);
  std::size_t odd = 0;
  std::size_t telling = 0;  // rings in which the unit occurred
  fit.agreeing = 0;
  for (std::size_t i = 0; i < survivors.size(); ++i) {
    const double off = std::abs(survivors[i] - fit.predicted[i]);
    if (fit.units[i] > 0) ++telling;
    if (off > 0) {
      ++odd;
      if (strict || off > stray) return false;
    } else if (doses[i].kind != CycleKind::kIdle && fit.units[i] > 0) {
      ++fit.agreeing;
    }
  }
  fit.every_ring = odd == 0;
  return telling >= 2 && fit.agreeing >= 2 &&
         static_cast<double>(odd) <=
             kStrayRings * static_cast<double>(survivors.size());
}

std::optional<UnitFit> fit_single(const Column& column,
                                  std::span<const Dose> doses,
                                  std::span<const double> survivors,
                                  bool strict) {
  const double units = sum_of(column.units);
  if (units <= 0) return std::nullopt;
  const double per_unit = std::round(sum_of(survivors) / units);
  if (per_unit < 1) return std::nullopt;
  UnitFit fit = fit_of(column, per_unit);
  if (!agrees(fit, doses, survivors, strict)) return std::nullopt;
  return fit;
}

std::string list_rates(const std::vector<Column>& columns,
                       const std::vector<double>& rates) {
  std::string text;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{:.0f} per {}", rates[k], columns[k].unit);
  }
  return text;
}

// Different whole numbers for the different ways of closing.
std::optional<UnitFit> fit_mixed(std::span<const Dose> doses,
                                 std::span<const double> survivors,
                                 bool strict) {
  const std::vector<Column> closes = closes_of(doses);
  if (closes.empty()) return std::nullopt;
  std::vector<std::vector<double>> columns;
  for (const Column& close : closes) columns.push_back(close.units);
  std::optional<std::vector<double>> rates = least_squares(columns, survivors);
  if (!rates) return std::nullopt;
  double sum = 0;
  UnitFit fit = fit_of(connections_of(doses), 0);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    (*rates)[k] = std::round((*rates)[k]) + 0.0;  // never −0
    if ((*rates)[k] < 0) return std::nullopt;
    sum += (*rates)[k];
    for (std::size_t i = 0; i < fit.predicted.size(); ++i) {
      fit.predicted[i] += (*rates)[k] * columns[k][i];
    }
  }
  if (sum <= 0 || !agrees(fit, doses, survivors, strict)) return std::nullopt;
  fit.per_unit = sum_of(fit.predicted) / sum_of(fit.units);
  fit.detail = list_rates(closes, *rates);
  return fit;
}

// The same number in every cycle whatever its dose, idle ones all or none.
std::optional<UnitFit> fit_cycles(std::span<const Dose> doses,
                                  std::span<const double> survivors) {
  for (const bool idle_too : {false, true}) {
    const Column cycles =
        column_of("cycle", doses, [idle_too](const Dose& dose) {
          return idle_too || dose.connections > 0 ? 1.0 : 0.0;
        });
    std::optional<UnitFit> fit = fit_single(cycles, doses, survivors, true);
    if (!fit || fit->agreeing < 4) continue;
    fit->detail = idle_too ? "idle cycles included" : "whatever its dose";
    return fit;
  }
  return std::nullopt;
}

double misfit(const UnitFit& fit, std::span<const double> survivors) {
  double chi = 0;
  for (std::size_t i = 0; i < survivors.size(); ++i) {
    const double off = survivors[i] - fit.predicted[i];
    chi += off * off / (fit.predicted[i] + 0.5);
  }
  return chi;
}

}  // namespace

std::optional<UnitFit> fit_exactly(std::span<const Dose> doses,
                                   std::span<const double> survivors) {
  if (survivors.empty() || sum_of(survivors) <= 0) return std::nullopt;
  for (const bool strict : {true, false}) {
    for (const Column& column : single_units(doses)) {
      if (auto fit = fit_single(column, doses, survivors, strict)) return fit;
    }
    if (auto fit = fit_mixed(doses, survivors, strict)) return fit;
    if (!strict) break;
    if (auto fit = fit_cycles(doses, survivors)) return fit;
  }
  return std::nullopt;
}

UnitFit fit_likeliest(std::span<const Dose> doses,
                      std::span<const double> survivors) {
  const double seen = sum_of(survivors);
  std::optional<UnitFit> best;
  double least = 0;
  for (const Column& column : single_units(doses)) {
    const double units = sum_of(column.units);
    if (units <= 0) continue;
    UnitFit fit = fit_of(column, seen / units);
    const double chi = misfit(fit, survivors);
    const double scale = dispersion_of(fit, survivors);
    if (!best || chi + kClearlyBetter * scale < least) {
      best = std::move(fit);
      least = chi;
    }
  }
  return best ? *best : fit_of(connections_of(doses), 0);
}

double dispersion_of(const UnitFit& fit, std::span<const double> survivors) {
  double chi = 0;
  double rings = 0;
  for (std::size_t i = 0; i < survivors.size(); ++i) {
    if (fit.predicted[i] <= 0) continue;
    const double off = survivors[i] - fit.predicted[i];
    chi += off * off / fit.predicted[i];
    rings += 1;
  }
  const double estimate = rings > 1 ? chi / (rings - 1) : 1;
  const double floor = sum_of(survivors) >= kEnoughForDispersion ? 0.05 : 1;
  return std::max(floor, estimate);
}

std::optional<int> messages_per_connection(std::span<const Dose> doses) {
  double connections = 0;
  double messages = 0;
  for (const Dose& dose : doses) {
    connections += dose.connections;
    messages += dose.messages;
  }
  if (connections <= 0) return std::nullopt;
  const double each = std::round(messages / connections);
  if (each < 1) return std::nullopt;
  for (const Dose& dose : doses) {
    if (dose.messages != each * dose.connections) return std::nullopt;
  }
  return static_cast<int>(each);
}

void name_messages(std::span<const Dose> doses, UnitFit& fit) {
  if (fit.unit != "connection" || !fit.detail.empty()) return;
  const std::optional<int> messages = messages_per_connection(doses);
  if (!messages || *messages < 3) return;
  if (std::fmod(fit.per_unit, *messages) != 0) return;
  fit.unit = doses.front().message;
  fit.per_unit /= *messages;
  for (double& units : fit.units) units *= *messages;
}

}  // namespace tidemark
