#include "harness/sweep/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/sweep/cells.h"
#include "harness/sweep/doubts.h"
#include "harness/sweep/effects.h"
#include "harness/sweep/figures.h"
#include "harness/sweep/hopeless.h"
#include "harness/sweep/knee.h"
#include "harness/sweep/order.h"

namespace tidemark {
namespace {

// Shorter than this and a cycle's speed is that of its beginning and end.
constexpr Duration kShortPlay = std::chrono::milliseconds(50);

SweepRun run_of(const StoredRun& run) {
  const RunRecord& record = run.record;
  std::string reason;
  if (record.error)
    reason = record.error->message;
  else if (record.judgement)
    reason = record.judgement->reason;
  return {outcome_of(record), std::move(reason), run.kept_at, run.round};
}

void add_run(const StoredRun& run, SweepCell& cell) {
  cell.runs.push_back(run_of(run));
  for (const auto& [figure, value] : figures_of(run.record)) {
    cell.figures[figure].runs.push_back(value);
    cell.figures[figure].rounds.push_back(run.round);
  }
  if (cell.arithmetic || run.record.error) return;
  cell.sites = sites_of(run.record);
  cell.arithmetic = arithmetic_of(run.record);
}

bool failed(const SweepCell& cell) {
  return std::any_of(
      cell.runs.begin(), cell.runs.end(),
      [](const SweepRun& run) { return run.outcome == Outcome::kError; });
}

// Over the rounds that all cells have: what was run again later, when the
// machine may have been another, is for the losses, which compare rounds.
void summarise(std::uint32_t repeat, SweepCell& cell) {
  for (auto& [figure, value] : cell.figures) {
    std::vector<double> runs;
    for (std::size_t i = 0; i < value.runs.size(); ++i)
      if (value.rounds[i] < repeat) runs.push_back(value.runs[i]);
    if (runs.empty()) runs = value.runs;
    const auto [least, most] = std::minmax_element(runs.begin(), runs.end());
    value.least = *least;
    value.most = *most;
    value.median = middle_of(std::move(runs));
  }
}

// Whether `other` is as good in both and better in one.
bool is_beaten_by(const SweepCell& cell, const SweepCell& other,
                  SweepFigure memory) {
  const auto bytes = median_at(cell, memory);
  const auto speed = median_at(cell, SweepFigure::kThroughput);
  const auto less = median_at(other, memory);
  const auto faster = median_at(other, SweepFigure::kThroughput);
  if (!less || !faster) return false;
  return *less <= *bytes && *faster >= *speed &&
         (*less < *bytes || *faster > *speed);
}

void mark_pareto(std::vector<SweepCell>& cells) {
  const SweepFigure memory = memory_figure(cells);
  for (SweepCell& cell : cells) {
    if (!median_at(cell, memory) || !median_at(cell, SweepFigure::kThroughput))
      continue;
    cell.pareto =
        std::none_of(cells.begin(), cells.end(), [&](const SweepCell& other) {
          return is_beaten_by(cell, other, memory);
        });
  }
}

std::optional<std::size_t> best_of(const std::vector<SweepCell>& cells,
                                   const CellLevels& baseline) {
  const SweepFigure memory = memory_figure(cells);
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto bytes = median_at(cells[i], memory);
    if (!bytes || cells[i].standing != SweepStanding::kKeeps ||
        !can_be_answer(cells, cells[i], baseline))
      continue;
    if (!best || *bytes < *median_at(cells[*best], memory)) best = i;
  }
  return best;
}

void note_short_cycles(std::span<const StoredRun> runs, SweepAnswer& answer) {
  std::size_t loaded = 0;
  std::size_t too_short = 0;
  for (const StoredRun& run : runs)
    for (const CycleFacts& facts : run.record.cycles) {
      if (facts.kind != CycleKind::kLoaded || facts.pace.replies.value == 0)
        continue;
      ++loaded;
      too_short += facts.pace.playing < kShortPlay ? 1 : 0;
    }
  if (loaded == 0)
    answer.notes.push_back(
        "speed was not measured: no loaded cycle has replies (engine exec, or "
        "no messages)");
  else if (too_short * 2 > loaded)
    answer.notes.push_back(fmt::format(
        "most cycles answered their messages within {} ms, which is mostly "
        "their beginning and end: a larger load.send.count measures speed "
        "better",
        kShortPlay / std::chrono::milliseconds(1)));
}

void name_sweep(std::span<const StoredRun> runs, SweepAnswer& answer) {
  for (const StoredRun& run : runs) {
    const RunRecord& record = run.record;
    answer.scenario_path = record.scenario_path;
    answer.scenario_name = record.scenario_name;
    answer.tidemark_version = record.tidemark_version;
    if (answer.started_at.empty() || record.started_at < answer.started_at)
      answer.started_at = record.started_at;
  }
}

}  // namespace

SweepAnswer fold_sweep(const SweepSpec& spec,
                       const std::vector<CellLevels>& cells,
                       std::span<const StoredRun> runs) {
  SweepAnswer answer;
  answer.spec = spec;
  name_sweep(runs, answer);
  for (const CellLevels& levels : cells) {
    SweepCell cell;
    cell.levels = levels;
    for (const StoredRun& run : runs)
      if (run.record.cell == levels) add_run(run, cell);
    summarise(spec.repeat, cell);
    answer.cells.push_back(std::move(cell));
  }
  std::vector<SweepCell>& all = answer.cells;
  measure_losses(spec, all);
  for (SweepCell& cell : all) {
    answer.runs += cell.runs.size();
    if (!cell.runs.empty() && (cell.runs.size() < spec.repeat || failed(cell)))
      cell.given_up = why_hopeless(all, cell, spec.baseline);
  }
  mark_pareto(all);
  answer.knees = find_knees(spec, all);
  answer.effects = find_effects(spec, all);
  answer.best = best_of(all, spec.baseline);
  mark_doubts(answer);
  answer.wanted = answer.runs +
                  steps_to_make(sweep_order(spec, cells.size()), answer).size();
  if (!runs.empty()) note_short_cycles(runs, answer);
  return answer;
}

}  // namespace tidemark
