#include "tests/support/peer_rules/psleak.h"

#include <algorithm>

namespace tidemark::peers {
namespace {

constexpr double kFaded = 0.8;
constexpr double kMoreCalls = 1.5;
constexpr int kFadesInARow = 2;

double at(const Figures& figures, const std::string& name) {
  const auto found = figures.find(name);
  return found == figures.end() ? 0 : found->second;
}

bool is_any_growth(const Figures& growth) {
  return std::any_of(growth.begin(), growth.end(),
                     [](const auto& figure) { return figure.second > 0; });
}

bool is_tolerated(const Figures& growth, const Figures& tolerance) {
  return std::all_of(growth.begin(), growth.end(), [&](const auto& figure) {
    return figure.second <= at(tolerance, figure.first);
  });
}

PsleakAnswer fine(PsleakAnswer answer, const Figures& growth) {
  answer.leaks = false;
  answer.told = answer.calls.size() > 1 && is_any_growth(growth);
  return answer;
}

}  // namespace

PsleakAnswer psleak_1(const CallTimes& call, const PsleakOptions& options) {
  PsleakAnswer answer{true, {}, false};
  Figures before;
  for (int run = 0; run < options.runs; ++run) {
    const int calls = options.calls + run * (options.calls / 2);
    answer.calls.push_back(calls);
    const Figures growth = call(calls);
    const bool is_stable =
        std::all_of(growth.begin(), growth.end(), [&](const auto& figure) {
          const auto& [name, grew] = figure;
          return grew <= at(options.tolerance, name) ||
                 grew <= at(before, name);
        });
    if (is_stable) return fine(answer, growth);
    before = growth;
  }
  return answer;
}

PsleakAnswer psleak_2(const CallTimes& call, const PsleakOptions& options) {
  PsleakAnswer answer{true, {}, false};
  Figures before;  // per call
  int faded = 0;
  int calls = options.calls;
  for (int run = 0; run < options.runs; ++run) {
    answer.calls.push_back(calls);
    const Figures growth = call(calls);
    if (is_tolerated(growth, options.tolerance)) return fine(answer, growth);
    Figures each;
    bool is_fading = true;
    for (const auto& [name, grew] : growth) {
      each[name] = grew / calls;
      is_fading = is_fading && (grew <= at(options.tolerance, name) ||
                                each[name] <= kPsleakNoise ||
                                each[name] <= at(before, name) * kFaded);
    }
    faded = is_fading ? faded + 1 : 0;
    if (faded == kFadesInARow) return fine(answer, growth);
    before = each;
    calls = static_cast<int>(calls * kMoreCalls);
  }
  return answer;
}

}  // namespace tidemark::peers
