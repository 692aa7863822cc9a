#include "harness/verdict/least_squares.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tidemark {
namespace {

// Below this share of its column's own size a pivot is rounding error.
constexpr double kNothing = 1e-9;

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// What is left of `column` after its share along each of `basis`.
std::vector<double> remainder_of(
    std::vector<double> column, const std::vector<std::vector<double>>& basis) {
  for (const std::vector<double>& b : basis) {
    const double share = dot(column, b) / dot(b, b);
    for (std::size_t i = 0; i < column.size(); ++i) column[i] -= share * b[i];
  }
  return column;
}

std::vector<std::vector<double>> independent_parts(
    const std::vector<std::vector<double>>& columns) {
  std::vector<std::vector<double>> basis;
  for (const std::vector<double>& column : columns) {
    const double size = dot(column, column);
    std::vector<double> rest = remainder_of(column, basis);
    if (dot(rest, rest) > kNothing * size) basis.push_back(std::move(rest));
  }
  return basis;
}

std::vector<double> left_over(const std::vector<std::vector<double>>& columns,
                              std::span<const double> rates,
                              std::span<const double> values) {
  std::vector<double> rest(values.begin(), values.end());
  for (std::size_t k = 0; k < columns.size(); ++k)
    for (std::size_t i = 0; i < rest.size(); ++i)
      rest[i] -= rates[k] * columns[k][i];
  return rest;
}

// The column outside of `used` that would help most; nullopt if none would.
std::optional<std::size_t> most_helpful(
    const std::vector<std::vector<double>>& columns,
    const std::vector<bool>& used, std::span<const double> rest) {
  std::optional<std::size_t> best;
  double most = kNothing * std::max(1.0, dot(rest, rest));
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const double size = dot(columns[k], columns[k]);
    if (used[k] || size <= 0) continue;
    const double help = dot(columns[k], rest) / std::sqrt(size);
    if (help <= most) continue;
    most = help;
    best = k;
  }
  return best;
}

// Least squares of the used columns alone; false if they cannot be told apart.
bool solve_used(const std::vector<std::vector<double>>& columns,
                const std::vector<bool>& used, std::span<const double> values,
                std::vector<double>& out) {
  std::vector<std::vector<double>> some;
  for (std::size_t k = 0; k < columns.size(); ++k)
    if (used[k]) some.push_back(columns[k]);
  const auto rates = least_squares(some, values);
  if (!rates) return false;
  std::size_t at = 0;
  for (std::size_t k = 0; k < columns.size(); ++k)
    out[k] = used[k] ? (*rates)[at++] : 0;
  return true;
}

// From `rates` towards `wanted` until the first of them is zero; that one is
// used no more. False when `wanted` was reached.
bool step_back(std::vector<double>& rates, const std::vector<double>& wanted,
               std::vector<bool>& used) {
  double step = 1;
  for (std::size_t k = 0; k < rates.size(); ++k)
    if (used[k] && wanted[k] <= 0 && rates[k] > wanted[k])
      step = std::min(step, rates[k] / (rates[k] - wanted[k]));
  const bool reached = step >= 1;
  for (std::size_t k = 0; k < rates.size(); ++k) {
    rates[k] += step * (wanted[k] - rates[k]);
    if (!reached && used[k] && wanted[k] <= 0 && rates[k] <= kNothing) {
      rates[k] = 0;
      used[k] = false;
    }
  }
  return !reached;
}

}  // namespace

std::vector<double> non_negative_rates(
    const std::vector<std::vector<double>>& columns,
    std::span<const double> values) {
  std::vector<double> rates(columns.size(), 0);
  std::vector<bool> used(columns.size(), false);
  for (std::size_t round = 0; round < 3 * columns.size(); ++round) {
    const auto next =
        most_helpful(columns, used, left_over(columns, rates, values));
    if (!next) break;
    used[*next] = true;
    std::vector<double> wanted(columns.size());
    do {
      if (!solve_used(columns, used, values, wanted)) return rates;
    } while (step_back(rates, wanted, used));
  }
  return rates;
}

std::size_t rank_of(const std::vector<std::vector<double>>& columns) {
  return independent_parts(columns).size();
}

std::optional<std::vector<double>> least_squares(
    const std::vector<std::vector<double>>& columns,
    std::span<const double> values) {
  const std::size_t n = columns.size();
  if (n == 0 || rank_of(columns) < n) return std::nullopt;
  // The coefficient of a column is the share of `values` along what is left
  // of that column once all the others are taken out of it.
  std::vector<double> result(n);
  for (std::size_t k = 0; k < n; ++k) {
    std::vector<std::vector<double>> others = columns;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
    const std::vector<double> own =
        remainder_of(columns[k], independent_parts(others));
    result[k] = dot(own, values) / dot(own, own);
  }
  return result;
}

}  // namespace tidemark
