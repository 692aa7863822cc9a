#include "harness/verdict/decline.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

namespace tidemark {
namespace {

// Of the whole length: from half an e-fold to fifty.
constexpr double kGrid[] = {0.5, 0.75, 1,  1.5, 2,  3,  4,
                            6,   8,    12, 16,  24, 32, 50};
constexpr double kPowers[] = {0.25, 0.5, 1, 1.5, 2, 3};
constexpr int kThirds = 12;
constexpr int kRounds = 40;  // of the EM steps; it converges in fewer
constexpr double kConverged = 1e-9;

// Steps with the shape's value at their middle.
struct Shaped {
  double units;
  double objects;
  double shape;
};

// A·shape + steady.
struct Mix {
  double scale = 0;
  double steady = 0;
  double likelihood = 0;
};

// Sums over steps of one shape: the means only need these, and the logarithms
// only the steps that have objects.
struct Sums {
  double units = 0;
  double weight = 0;  // Σ units·shape
  double objects = 0;
};

Sums sums_of(std::span<const Shaped> steps) {
  Sums sums;
  for (const Shaped& step : steps) {
    sums.units += step.units;
    sums.weight += step.units * step.shape;
    sums.objects += step.objects;
  }
  return sums;
}

double log_likelihood(std::span<const Shaped> steps, const Sums& sums,
                      const Mix& mix) {
  double sum = -(mix.scale * sums.weight + mix.steady * sums.units);
  for (const Shaped& step : steps) {
    if (step.objects <= 0) continue;
    const double mean = step.units * (mix.scale * step.shape + mix.steady);
    sum += step.objects * std::log(std::max(mean, 1e-12));
  }
  return sum;
}

Mix fit_shape(std::span<const Shaped> steps) {
  const Sums sums = sums_of(steps);
  Mix mix;
  mix.scale = sums.weight > 0 ? sums.objects / sums.weight : 0;
  mix.likelihood = log_likelihood(steps, sums, mix);
  return mix;
}

// EM: each object is the one's or the other's in proportion to their means.
Mix fit_both(std::span<const Shaped> steps) {
  const Sums sums = sums_of(steps);
  const double weight = std::max(sums.weight, 1e-12);
  std::vector<Shaped> with_objects;
  std::copy_if(steps.begin(), steps.end(), std::back_inserter(with_objects),
               [](const Shaped& step) { return step.objects > 0; });
  Mix mix;
  mix.scale = sums.objects / 2 / weight;
  mix.steady = sums.objects / 2 / sums.units;
  for (int round = 0; round < kRounds; ++round) {
    double of_shape = 0;
    for (const Shaped& step : with_objects) {
      const double falling = mix.scale * step.shape;
      const double all = falling + mix.steady;
      if (all > 0) of_shape += step.objects * falling / all;
    }
    const double scale = of_shape / weight;
    const double moved = std::abs(scale - mix.scale);
    mix.scale = scale;
    mix.steady = (sums.objects - of_shape) / sums.units;
    if (moved <= kConverged * scale) break;
  }
  mix.likelihood = log_likelihood(with_objects, sums, mix);
  return mix;
}

std::vector<Shaped> middles(std::span<const GrowthStep> steps) {
  std::vector<Shaped> shaped;
  double so_far = 0;
  for (const GrowthStep& step : steps) {
    if (step.units <= 0) continue;
    so_far += step.units;
    shaped.push_back({step.units, step.objects, so_far - step.units / 2});
  }
  for (Shaped& step : shaped) step.shape /= so_far;  // 0 … 1
  return shaped;
}

double dispersion_around(std::span<const Shaped> steps, const Mix& mix) {
  double chi = 0;
  for (const Shaped& step : steps) {
    const double mean = step.units * (mix.scale * step.shape + mix.steady);
    if (mean <= 0) continue;
    chi += (step.objects - mean) * (step.objects - mean) / mean;
  }
  const double free = static_cast<double>(steps.size()) - 3;
  return free > 0 ? std::max(1.0, chi / free) : 1;
}

// exp(−parameter·x) at each step's x.
std::vector<Shaped> with_shape(std::span<const Shaped> at, double parameter) {
  std::vector<Shaped> shaped(at.begin(), at.end());
  for (Shaped& step : shaped) step.shape = std::exp(-parameter * step.shape);
  return shaped;
}

// (x/first)^−a is exp(−a·log(x/first)): the one family is the other over
// logarithms.
std::vector<Shaped> logarithms(std::span<const Shaped> at) {
  std::vector<Shaped> logs(at.begin(), at.end());
  const double first = std::max(at.front().shape, 1e-6);
  for (Shaped& step : logs) step.shape = std::log(step.shape / first);
  return logs;
}

using Fit = Mix (*)(std::span<const Shaped>);

// The likeliest parameter: the best of the grid, then between its neighbours
// by thirds. Large counts tell a parameter to a hundredth; a grid alone would
// leave a rest that looks like a steady rate.
double likeliest(std::span<const Shaped> at, std::span<const double> grid,
                 Fit fit) {
  const auto likelihood = [&](double parameter) {
    return fit(with_shape(at, parameter)).likelihood;
  };
  std::size_t best = 0;
  double most = likelihood(grid[0]);
  for (std::size_t i = 1; i < grid.size(); ++i) {
    const double here = likelihood(grid[i]);
    if (here <= most) continue;
    most = here;
    best = i;
  }
  double low = grid[best > 0 ? best - 1 : 0];
  double high = grid[std::min(best + 1, grid.size() - 1)];
  for (int round = 0; round < kThirds; ++round) {
    const double third = (high - low) / 3;
    if (likelihood(low + third) < likelihood(high - third))
      low += third;
    else
      high -= third;
  }
  return (low + high) / 2;
}

// The likeliest of both families.
std::vector<Shaped> best_shape(std::span<const Shaped> at, Fit fit) {
  const std::vector<Shaped> logs = logarithms(at);
  std::vector<Shaped> fading = with_shape(at, likeliest(at, kGrid, fit));
  std::vector<Shaped> slow = with_shape(logs, likeliest(logs, kPowers, fit));
  return fit(slow).likelihood > fit(fading).likelihood ? slow : fading;
}

double deviations(double better, double worse, double dispersion) {
  return std::sqrt(std::max(0.0, 2 * (better - worse) / dispersion));
}

}  // namespace

Decline decline_of(std::span<const GrowthStep> steps) {
  const std::vector<Shaped> at = middles(steps);
  Decline decline;
  if (at.size() < 3) return decline;
  std::vector<Shaped> flat = at;
  for (Shaped& step : flat) step.shape = 1;
  const Mix steady = fit_shape(flat);
  const std::vector<Shaped> shape = best_shape(at, fit_shape);
  const Mix falling = fit_shape(shape);
  decline.dispersion = falling.likelihood > steady.likelihood
                           ? dispersion_around(shape, falling)
                           : dispersion_around(flat, steady);
  decline.z =
      deviations(falling.likelihood, steady.likelihood, decline.dispersion);
  // The dearest fit, where it can matter.
  if (decline.z < 1) return decline;
  const std::vector<Shaped> beside = best_shape(at, fit_both);
  const Mix both = fit_both(beside);
  decline.dispersion = dispersion_around(beside, both);
  decline.z =
      deviations(falling.likelihood, steady.likelihood, decline.dispersion);
  decline.steady_z =
      deviations(both.likelihood, falling.likelihood, decline.dispersion);
  return decline;
}

}  // namespace tidemark
