#include "harness/compare/figures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "harness/compare/scatter.h"

namespace tidemark {
namespace {

using Runs = std::span<const RunRecord>;

// Cycles with the same load: their times may be compared.
using LoadKey = std::tuple<CycleKind, Count, CycleSettings>;
using Paces = std::map<LoadKey, std::vector<CyclePace>>;

Paces paces_of(const RunRecord& run) {
  Paces paces;
  for (const CycleFacts& facts : run.cycles) {
    if (facts.kind != CycleKind::kLoaded && facts.kind != CycleKind::kHalf)
      continue;
    paces[{facts.kind, facts.load.attempted, facts.settings}].push_back(
        facts.pace);
  }
  return paces;
}

std::vector<LoadKey> common_keys(std::span<const Paces> all) {
  std::vector<LoadKey> keys;
  for (const auto& [key, paces] : all.front()) {
    const bool everywhere = std::all_of(
        all.begin(), all.end(),
        [&k = key](const Paces& other) { return other.contains(k); });
    if (everywhere) keys.push_back(key);
  }
  return keys;
}

double figure_of(const CyclePace& pace, FigureKind kind) {
  switch (kind) {
    case FigureKind::kThroughput:
      return pace.playing > Duration{}
                 ? static_cast<double>(pace.replies.value) /
                       to_seconds(pace.playing)
                 : 0;
    case FigureKind::kReplyMedian:
      return to_seconds(pace.reply_median);
    case FigureKind::kReplyP99:
      return to_seconds(pace.reply_p99);
    case FigureKind::kHandshakeMedian:
      return to_seconds(pace.handshake_median);
    case FigureKind::kPeak:
      break;
  }
  return 0;
}

bool all_positive(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](double value) { return value > 0; });
}

// 0: some cycle has no such figure.
double figure_of(const Paces& paces, std::span<const LoadKey> keys,
                 FigureKind kind) {
  double sum = 0;
  for (const LoadKey& key : keys) {
    std::vector<double> values;
    for (const CyclePace& pace : paces.at(key))
      values.push_back(figure_of(pace, kind));
    if (!all_positive(values)) return 0;
    sum += std::log(median_of(std::move(values)));
  }
  return std::exp(sum / static_cast<double>(keys.size()));
}

double peak_of(const RunRecord& run) {
  if (!run.open || run.open->connections.value <= 0) return 0;
  return static_cast<double>(run.open->bytes.value) /
         static_cast<double>(run.open->connections.value);
}

FigureVerdict verdict_of(const FigureChange& figure, bool more_is_better,
                         double least) {
  const Estimate& change = figure.change;
  if (std::abs(change.value) < least) return FigureVerdict::kNoDifference;
  if (change.low <= 0 && change.high >= 0) return FigureVerdict::kNoDifference;
  return (change.value > 0) == more_is_better ? FigureVerdict::kBetter
                                              : FigureVerdict::kWorse;
}

// How much longer NEW takes, 0.1 being 10 %.
double slowdown(FigureKind kind, double change) {
  return kind == FigureKind::kThroughput ? 1 / (1 + change) - 1 : change;
}

void judge_peak(FigureChange& figure, bool has_scatter) {
  figure.verdict =
      verdict_of(figure, false, has_scatter ? kLeastChange : kLeastUnknown);
  // Less than scatter may be, which one run of each does not show.
  if (!has_scatter && figure.change.value != 0 &&
      figure.verdict == FigureVerdict::kNoDifference)
    figure.verdict = FigureVerdict::kNoiseUnknown;
  figure.fails = figure.verdict == FigureVerdict::kWorse;
}

void judge_speed(FigureChange& figure, bool has_scatter,
                 std::optional<double> max_slowdown) {
  figure.verdict =
      has_scatter ? verdict_of(figure, figure.kind == FigureKind::kThroughput,
                               kLeastChange)
                  : FigureVerdict::kNoiseUnknown;
  if (!max_slowdown) return;
  const double allowed = *max_slowdown / 100;
  const double near_end = std::min(slowdown(figure.kind, figure.change.low),
                                   slowdown(figure.kind, figure.change.high));
  figure.fails = near_end > allowed;
  figure.undecided =
      !figure.fails && slowdown(figure.kind, figure.change.value) > allowed;
}

void add_figure(Figures& figures, FigureKind kind, std::vector<double> before,
                std::vector<double> after, std::optional<double> max_slowdown) {
  if (!all_positive(before) || !all_positive(after)) return;
  FigureChange figure;
  figure.kind = kind;
  figure.before = std::move(before);
  figure.after = std::move(after);
  figure.before_median = median_of(figure.before);
  figure.after_median = median_of(figure.after);
  const bool is_peak = kind == FigureKind::kPeak;
  figure.change = relative_change(figure.before, figure.after, is_peak);
  const bool has_scatter = figure.before.size() + figure.after.size() > 2;
  if (is_peak)
    judge_peak(figure, has_scatter);
  else
    judge_speed(figure, has_scatter, max_slowdown);
  figures.changes.push_back(std::move(figure));
}

std::vector<double> peaks_of(Runs runs) {
  std::vector<double> peaks;
  for (const RunRecord& run : runs) peaks.push_back(peak_of(run));
  return peaks;
}

}  // namespace

Figures compare_figures(Runs before, Runs after,
                        std::optional<double> max_slowdown) {
  Figures figures;
  add_figure(figures, FigureKind::kPeak, peaks_of(before), peaks_of(after),
             max_slowdown);
  std::vector<Paces> all;
  for (const Runs runs : {before, after})
    for (const RunRecord& run : runs) all.push_back(paces_of(run));
  const std::vector<LoadKey> keys = common_keys(all);
  if (keys.empty()) {
    figures.notes.push_back(
        "speed was not compared: no loaded cycle of the two has the same "
        "number of connections, messages and concurrency");
    return figures;
  }
  const std::size_t speeds = figures.changes.size();
  for (const FigureKind kind :
       {FigureKind::kThroughput, FigureKind::kReplyMedian,
        FigureKind::kReplyP99, FigureKind::kHandshakeMedian}) {
    std::vector<double> values;
    for (const Paces& paces : all)
      values.push_back(figure_of(paces, keys, kind));
    const auto middle =
        values.begin() + static_cast<std::ptrdiff_t>(before.size());
    add_figure(figures, kind, {values.begin(), middle}, {middle, values.end()},
               max_slowdown);
  }
  if (figures.changes.size() == speeds)
    figures.notes.push_back(
        "speed was not compared: the load was not timed (engine exec, or no "
        "messages, or records of an older tidemark)");
  return figures;
}

}  // namespace tidemark
