// What may have been counted, cycle by cycle: connections, ways of closing,
// messages, each at each level of a factor. The regressors of units.h.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/rings.h"

namespace tidemark {

// A unit and how many of it each cycle had.
struct Column {
  std::string unit;
  std::vector<double> units;  // per dose
};

inline constexpr const char* kAbnormalClose = "abnormal close";

// The unit of a way: "reset close", "bad_utf8 provocation".
std::string close_unit(const std::string& way);

bool is_abnormal(std::string_view way);

double sum_of(std::span<const double> values);

template <class Pick>
Column column_of(std::string unit, std::span<const Dose> doses, Pick pick) {
  Column column{std::move(unit), {}};
  for (const Dose& dose : doses) column.units.push_back(pick(dose));
  return column;
}

Column connections_of(std::span<const Dose> doses);

// The ways connections ended that occur at all; empty unless there is more
// than one, and they add up to the connections.
std::vector<Column> closes_of(std::span<const Dose> doses);

// Simplest first: what comes earlier wins where both explain everything.
std::vector<Column> single_units(std::span<const Dose> doses);

// The same at each level of a factor, and from each level on.
std::vector<Column> units_at_levels(std::span<const Dose> doses);

}  // namespace tidemark
