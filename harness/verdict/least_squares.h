// Ordinary least squares for a handful of columns.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace tidemark {

// The coefficients that bring the sum of coefficient × column closest to
// `values`; nullopt when the columns do not tell them apart (not of full
// rank). REQUIRES: every column is as long as `values`.
std::optional<std::vector<double>> least_squares(
    const std::vector<std::vector<double>>& columns,
    std::span<const double> values);

// The coefficients, none of them negative, that bring the sum closest to
// `values`; also where there are more columns than values: what explains
// nothing is left at zero (Lawson and Hanson, Solving Least Squares Problems,
// chapter 23).
std::vector<double> non_negative_rates(
    const std::vector<std::vector<double>>& columns,
    std::span<const double> values);

// How many of the columns are independent.
std::size_t rank_of(const std::vector<std::vector<double>>& columns);

}  // namespace tidemark
