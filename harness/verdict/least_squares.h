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

// How many of the columns are independent.
std::size_t rank_of(const std::vector<std::vector<double>>& columns);

}  // namespace tidemark
