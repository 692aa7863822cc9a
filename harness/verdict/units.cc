#include "harness/verdict/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "harness/verdict/chance.h"
#include "harness/verdict/least_squares.h"
#include "harness/verdict/unit_columns.h"

namespace tidemark {
namespace {

// A ring may hold so many objects more or less than predicted and still be
// called one with stray blocks, and so large a share of the rings may.
constexpr double kStray = 3;
constexpr double kStrayShare = 0.1;
constexpr double kStrayRings = 0.25;
constexpr std::size_t kAgreeBesideStrays = 5;  // rings, at least
// How much better another unit must fit than the connection (chi-square).
constexpr double kClearlyBetter = 12;
constexpr double kEnoughForDispersion = 100;
constexpr double kEnoughRingsForDispersion = 12;
// What a fit must explain beyond itself. Calibrated by ci/bench calibration:
// services have dozens of places, and each is looked at after each cycle.
constexpr double kBitsToBelieve = 10;
constexpr double kRingsToBelieve = 3;  // loaded ones that are as predicted
// The same number in so many cycles is no chance, unless it is a small one: a
// slot or two that are renewed at random.
constexpr std::size_t kCyclesAlike = 8;
constexpr double kBitsAlike = 14;
// Loaded cycles beyond the rates that are solved for: a system with as many
// unknowns as equations explains anything.
constexpr std::size_t kSpareCycles = 2;
constexpr std::size_t kMostTogether = 3;  // ways that are tried as a set
// Of how many sets of two and of three are tried: beyond, all at once.
constexpr std::size_t kMostOfSet[] = {0, 0, 64, 16};

UnitFit fit_of(const Column& column, double per_unit) {
  UnitFit fit;
  fit.unit = column.unit;
  fit.per_unit = per_unit;
  fit.bits = bits_of_number(per_unit);
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
  if (odd > 0 && fit.agreeing < kAgreeBesideStrays) return false;
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

// "fin or reset close"; the nouns may differ.
std::string name_together(const std::vector<const Column*>& set) {
  std::map<std::string, std::string> by_noun;
  for (const Column* column : set) {
    const std::size_t space = column->unit.rfind(' ');
    const std::string noun =
        space == std::string::npos ? "" : column->unit.substr(space);
    std::string& names = by_noun[noun];
    names += (names.empty() ? "" : " or ") + column->unit.substr(0, space);
  }
  std::string text;
  for (const auto& [noun, names] : by_noun)
    text += (text.empty() ? "" : " or ") + names + noun;
  return text;
}

// The same number for each of them: they are one unit.
UnitFit as_one_unit(const std::vector<const Column*>& set, double rate) {
  Column all{name_together(set), std::vector<double>(set[0]->units.size())};
  for (const Column* column : set)
    for (std::size_t i = 0; i < all.units.size(); ++i)
      all.units[i] += column->units[i];
  return fit_of(all, rate);
}

// Whole numbers for some of the ways, none for the others; nullopt if that
// does not explain the rings.
std::optional<UnitFit> fit_set(const std::vector<const Column*>& set,
                               std::span<const Dose> doses,
                               std::span<const double> survivors, bool strict) {
  std::vector<std::vector<double>> columns;
  for (const Column* column : set) columns.push_back(column->units);
  std::optional<std::vector<double>> rates = least_squares(columns, survivors);
  if (!rates) return std::nullopt;
  for (double& rate : *rates) rate = std::round(rate);
  if (std::all_of(rates->begin(), rates->end(), [&](double rate) {
        return rate >= 1 && rate == rates->front();
      })) {
    UnitFit fit = as_one_unit(set, rates->front());
    if (agrees(fit, doses, survivors, strict)) return fit;
    return std::nullopt;
  }
  UnitFit fit = fit_of(connections_of(doses), 0);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const double rate = (*rates)[k];
    if (rate < 1) return std::nullopt;
    fit.bits += bits_of_number(rate);
    for (std::size_t i = 0; i < fit.predicted.size(); ++i)
      fit.predicted[i] += rate * columns[k][i];
    if (!fit.detail.empty()) fit.detail += ", ";
    fit.detail += fmt::format("{:.0f} per {}", rate, set[k]->unit);
  }
  if (!agrees(fit, doses, survivors, strict)) return std::nullopt;
  fit.per_unit = sum_of(fit.predicted) / sum_of(fit.units);
  return fit;
}

// The first set of so many columns, from `from` on, that explains the rings.
std::optional<UnitFit> fit_some(std::span<const Column> columns,
                                std::vector<const Column*>& set,
                                std::size_t wanted, std::span<const Dose> doses,
                                std::span<const double> survivors,
                                bool strict) {
  if (wanted == 0) return fit_set(set, doses, survivors, strict);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    set.push_back(&columns[i]);
    auto fit = fit_some(columns.subspan(i + 1), set, wanted - 1, doses,
                        survivors, strict);
    set.pop_back();
    if (fit) return fit;
  }
  return std::nullopt;
}

std::size_t loaded_in(std::span<const Dose> doses) {
  return static_cast<std::size_t>(
      std::count_if(doses.begin(), doses.end(),
                    [](const Dose& dose) { return dose.connections > 0; }));
}

// All of them at once, those that come out at nothing left out.
std::optional<UnitFit> fit_all(const std::vector<Column>& closes,
                               std::span<const Dose> doses,
                               std::span<const double> survivors, bool strict) {
  std::vector<std::vector<double>> columns;
  for (const Column& close : closes) columns.push_back(close.units);
  const std::vector<double> rates = non_negative_rates(columns, survivors);
  std::vector<const Column*> set;
  for (std::size_t k = 0; k < closes.size(); ++k)
    if (rates[k] >= 0.5) set.push_back(&closes[k]);
  if (set.size() <= kMostTogether ||
      loaded_in(doses) < set.size() + kSpareCycles)
    return std::nullopt;
  return fit_set(set, doses, survivors, strict);
}

// Ways that never came where nothing was left are innocent of it.
std::vector<Column> suspects_of(std::vector<Column> columns,
                                std::span<const double> survivors) {
  std::erase_if(columns, [&](const Column& column) {
    for (std::size_t i = 0; i < survivors.size(); ++i)
      if (column.units[i] > 0 && survivors[i] == 0) return true;
    return false;
  });
  return columns;
}

// Different whole numbers for the different ways of closing: few of them, or
// all at once. Which of them are suspects is known from the rings: all ways
// count as tried.
std::optional<UnitFit> fit_mixed(std::span<const Dose> doses,
                                 std::span<const double> survivors,
                                 bool strict) {
  std::vector<Column> closes = closes_of(doses);
  const double ways = static_cast<double>(closes.size());
  closes = suspects_of(std::move(closes), survivors);
  const std::size_t loaded = loaded_in(doses);
  std::vector<const Column*> set;
  for (std::size_t n = 2; n <= std::min(kMostTogether, closes.size()); ++n) {
    if (loaded < n + kSpareCycles) return std::nullopt;
    if (closes.size() > kMostOfSet[n]) break;
    if (auto fit = fit_some(closes, set, n, doses, survivors, strict)) {
      fit->bits += bits_of_choice(ways, static_cast<double>(n));
      return fit;
    }
  }
  if (closes.size() <= kMostTogether) return std::nullopt;
  auto fit = fit_all(closes, doses, survivors, strict);
  if (fit) fit->bits += ways;
  return fit;
}

bool are_too_alike(std::size_t rings, double count) {
  return rings >= kCyclesAlike &&
         bits_of_same(static_cast<double>(rings), count) >= kBitsAlike;
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
    if (!fit || !are_too_alike(fit->agreeing, fit->per_unit)) continue;
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

// Whether the one is so many times the other throughout: no cycle could tell
// them apart ("message of 8 KiB", "connection with messages of 8 KiB").
bool is_multiple(std::span<const double> a, std::span<const double> b) {
  const double ratio = sum_of(a) / sum_of(b);
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != ratio * b[i]) return false;
  return true;
}

// The first of `columns` that explains the rings, with the others that do.
std::optional<UnitFit> fit_first(const std::vector<Column>& columns,
                                 std::span<const Dose> doses,
                                 std::span<const double> survivors,
                                 bool strict) {
  std::optional<UnitFit> first;
  for (const Column& column : columns) {
    auto fit = fit_single(column, doses, survivors, strict);
    if (!fit) continue;
    if (!first) {
      first = std::move(fit);
      first->bits += std::log2(static_cast<double>(columns.size()));
      continue;
    }
    if (!is_multiple(column.units, first->units))
      first->rivals.push_back(column.unit);
  }
  return first;
}

// Simplest first; what fits is not believed yet.
std::optional<UnitFit> find_fit(std::span<const Dose> doses,
                                std::span<const double> survivors) {
  for (const bool strict : {true, false}) {
    if (auto fit = fit_first(single_units(doses), doses, survivors, strict))
      return fit;
    if (auto fit = fit_first(units_at_levels(doses), doses, survivors, strict))
      return fit;
    if (auto fit = fit_mixed(doses, survivors, strict)) return fit;
    if (!strict) break;
    if (auto fit = fit_cycles(doses, survivors)) return fit;
  }
  return std::nullopt;
}

// Whether chance is a poor explanation beside the fit. Idle cycles say
// nothing: stray blocks come with connections, too. The rings that are off
// were not predicted, and which they are had to be said.
bool is_believable(const UnitFit& fit, std::span<const Dose> doses,
                   std::span<const double> survivors) {
  std::vector<double> rings;
  double loaded = 0;
  bool same = true;  // in each of them
  for (std::size_t i = 0; i < survivors.size(); ++i) {
    if (doses[i].connections <= 0) continue;
    loaded += 1;
    if (survivors[i] != fit.predicted[i]) continue;
    rings.push_back(survivors[i]);
    same = same && survivors[i] > 0 && survivors[i] == rings.front();
  }
  const double agreeing = static_cast<double>(rings.size());
  if (agreeing < kRingsToBelieve) return false;
  if (same && agreeing == loaded && are_too_alike(rings.size(), rings.front()))
    return true;
  return bits_of_rings(rings) - bits_of_choice(loaded, agreeing) - fit.bits >=
         kBitsToBelieve;
}

}  // namespace

std::optional<UnitFit> fit_exactly(std::span<const Dose> doses,
                                   std::span<const double> survivors) {
  if (survivors.empty() || sum_of(survivors) <= 0) return std::nullopt;
  std::optional<UnitFit> fit = find_fit(doses, survivors);
  if (fit && !is_believable(*fit, doses, survivors)) return std::nullopt;
  return fit;
}

std::optional<UnitFit> fit_known(std::string_view unit, double per_unit,
                                 std::span<const Dose> doses,
                                 std::span<const double> survivors) {
  std::vector<Column> columns = single_units(doses);
  for (Column& column : units_at_levels(doses))
    columns.push_back(std::move(column));
  for (const Column& column : columns) {
    if (column.unit != unit) continue;
    UnitFit fit = fit_of(column, per_unit);
    fit.every_ring = fit.predicted ==
                     std::vector<double>(survivors.begin(), survivors.end());
    if (!fit.every_ring) return std::nullopt;
    fit.agreeing = loaded_in(doses);
    return fit;
  }
  return std::nullopt;
}

UnitFit fit_likeliest(std::span<const Dose> doses,
                      std::span<const double> survivors) {
  const double seen = sum_of(survivors);
  std::optional<UnitFit> best;
  double least = 0;
  std::vector<Column> columns = single_units(doses);
  const std::size_t plain = columns.size();
  for (Column& column : units_at_levels(doses))
    columns.push_back(std::move(column));
  for (const Column& column : columns) {
    const double units = sum_of(column.units);
    if (units <= 0) continue;
    const bool at_level =
        static_cast<std::size_t>(&column - columns.data()) >= plain;
    UnitFit fit = fit_of(column, seen / units);
    const double chi = misfit(fit, survivors);
    const double scale = dispersion_of(fit, survivors);
    if (!best || chi + kClearlyBetter * scale < least) {
      fit.at_level = at_level;
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
  const bool enough = sum_of(survivors) >= kEnoughForDispersion &&
                      rings >= kEnoughRingsForDispersion;
  const double floor = enough ? 0.05 : 1;
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

}  // namespace tidemark
