#include "harness/sweep/doubts.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "harness/sweep/cells.h"
#include "harness/sweep/hopeless.h"

namespace tidemark {
namespace {

bool is_doubtful_in(const SweepKnee& knee, const SweepSpec& spec,
                    const SweepCell& cell) {
  return std::any_of(knee.doubtful.begin(), knee.doubtful.end(),
                     [&](const SweepLoss& loss) {
                       CellLevels levels = spec.baseline;
                       levels[knee.factor] = loss.level;
                       return cell.levels == levels;
                     });
}

bool takes_less(const SweepAnswer& answer, const SweepCell& cell) {
  if (!answer.best) return false;
  const SweepFigure memory = memory_figure(answer.cells);
  const auto bytes = median_at(cell, memory);
  return bytes && *bytes < *median_at(answer.cells[*answer.best], memory);
}

bool is_given_up(const SweepAnswer& so_far, const SweepCell& cell) {
  return !cell.runs.empty() &&
         !why_hopeless(so_far.cells, cell, so_far.spec.baseline).empty();
}

bool is_done(const SweepCell& cell, std::uint32_t round) {
  return std::any_of(
      cell.runs.begin(), cell.runs.end(),
      [round](const SweepRun& run) { return run.round == round; });
}

}  // namespace

void mark_doubts(SweepAnswer& answer) {
  for (SweepCell& cell : answer.cells) {
    if (cell.standing != SweepStanding::kDoubt ||
        !can_be_answer(answer.cells, cell, answer.spec.baseline))
      continue;
    const bool on_a_knee = std::any_of(
        answer.knees.begin(), answer.knees.end(), [&](const SweepKnee& knee) {
          return is_doubtful_in(knee, answer.spec, cell);
        });
    cell.in_question = on_a_knee || takes_less(answer, cell);
  }
}

std::vector<SweepStep> steps_to_make(const std::vector<SweepStep>& order,
                                     const SweepAnswer& so_far) {
  const SweepSpec& spec = so_far.spec;
  const SweepCell* baseline = cell_at(so_far.cells, spec.baseline);
  const bool more_tells =
      baseline != nullptr && !is_given_up(so_far, *baseline) &&
      std::any_of(so_far.cells.begin(), so_far.cells.end(),
                  [](const SweepCell& cell) { return cell.in_question; });
  // A round that is over is not made up: its baseline is of another hour.
  std::uint32_t latest = 0;
  for (const SweepCell& cell : so_far.cells)
    for (const SweepRun& run : cell.runs) latest = std::max(latest, run.round);
  std::vector<SweepStep> steps;
  for (const SweepStep& step : order) {
    const SweepCell& cell = so_far.cells[step.cell];
    const bool planned = step.run < spec.repeat;
    if (!planned && step.run < latest) continue;
    if (!planned && !steps.empty() && step.run != steps.front().run) break;
    const bool wanted =
        planned || (more_tells && (cell.in_question || &cell == baseline));
    if (wanted && !is_done(cell, step.run) && !is_given_up(so_far, cell))
      steps.push_back(step);
  }
  return steps;
}

}  // namespace tidemark
