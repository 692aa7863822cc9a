#include "harness/compare/scatter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace tidemark {
namespace {

struct TableRow {
  int freedom;
  double t99;
  double t999;
};

// Two-sided; as printed in every book of tables.
constexpr std::array kTable{
    TableRow{1, 63.657, 636.619}, TableRow{2, 9.925, 31.599},
    TableRow{3, 5.841, 12.924},   TableRow{4, 4.604, 8.610},
    TableRow{5, 4.032, 6.869},    TableRow{6, 3.707, 5.959},
    TableRow{7, 3.499, 5.408},    TableRow{8, 3.355, 5.041},
    TableRow{9, 3.250, 4.781},    TableRow{10, 3.169, 4.587},
    TableRow{12, 3.055, 4.318},   TableRow{14, 2.977, 4.140},
    TableRow{16, 2.921, 4.015},   TableRow{18, 2.878, 3.922},
    TableRow{20, 2.845, 3.850},   TableRow{25, 2.787, 3.725},
    TableRow{30, 2.750, 3.646},   TableRow{40, 2.704, 3.551},
    TableRow{60, 2.660, 3.460},   TableRow{120, 2.617, 3.373}};

const TableRow& row_for(int freedom) {
  const TableRow* best = &kTable.front();
  for (const TableRow& row : kTable)
    if (row.freedom <= freedom) best = &row;
  return *best;
}

double mean_log(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += std::log(value);
  return sum / static_cast<double>(values.size());
}

double squares_of_log(std::span<const double> values) {
  const double mean = mean_log(values);
  double sum = 0;
  for (const double value : values)
    sum += (std::log(value) - mean) * (std::log(value) - mean);
  return sum;
}

}  // namespace

double student_t999(int freedom) { return row_for(freedom).t999; }
double student_t99(int freedom) { return row_for(freedom).t99; }

Estimate relative_change(std::span<const double> before,
                         std::span<const double> after, bool strict) {
  const double difference = mean_log(after) - mean_log(before);
  const double value = median_of({after.begin(), after.end()}) /
                           median_of({before.begin(), before.end()}) -
                       1;
  const int freedom = static_cast<int>(before.size() + after.size()) - 2;
  if (freedom < 1) return {value, value, value};
  const double variance =
      (squares_of_log(before) + squares_of_log(after)) / freedom;
  const double error =
      std::sqrt(variance * (1 / static_cast<double>(before.size()) +
                            1 / static_cast<double>(after.size())));
  const double half =
      error * (strict ? student_t999(freedom) : student_t99(freedom));
  return {value, std::min(value, std::expm1(difference - half)),
          std::max(value, std::expm1(difference + half))};
}

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return std::sqrt(values[middle - 1] * values[middle]);
}

}  // namespace tidemark
