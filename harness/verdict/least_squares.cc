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

}  // namespace

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
