// What the reports of a sweep say alike. Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tidemark/sweep.h"

namespace tidemark {

struct SweepColumn {
  SweepFigure figure;
  const char* title;
};

// "buffer=4KiB, malloc=jemalloc".
std::string cell_text(const CellLevels& levels);

// Which is meant where open memory is told, per connection: of the heap, or
// without its view of PSS.
std::optional<double> open_bytes(const SweepCell& cell);

// In tables of cells: of those that at least one cell has.
std::vector<SweepColumn> memory_columns(const SweepAnswer& answer);
std::vector<SweepColumn> speed_columns(const SweepAnswer& answer);

// "64.0 KiB", "15,200/s", "1.2 ms", "0.5 %"; "–": it was not measured.
std::string figure_text(const SweepCell& cell, SweepFigure figure);
// Half of the distance between the runs' least and most, of the median:
// "±3 %"; empty with one run.
std::string spread_text(const SweepCell& cell, SweepFigure figure);
// "3.1 %", "none", "40 %, too much", "4 %, in doubt": of whichever the cell
// loses more; empty: not known.
std::string loss_text(const SweepCell& cell);
// "baseline, Pareto", "loses too much", "given up".
std::string mark_text(const SweepAnswer& answer, std::size_t cell);

// The whole in one sentence, then each thing that is told in one.
std::string sweep_headline(const SweepAnswer& answer);
// "21 of 21 runs, 3 of each of 7 cells"
std::string runs_sentence(const SweepAnswer& answer);
std::string knee_sentence(const SweepKnee& knee, double max_loss);
std::string effect_sentence(const SweepEffect& effect, const std::string& from);
std::vector<std::string> arithmetic_sentences(const SweepAnswer& answer);
std::vector<std::string> need_sentences(const SweepAnswer& answer);
std::vector<std::string> note_sentences(const SweepAnswer& answer);

// Texts of the scenario and of the service that nothing acts on.
SweepAnswer printable_answer(const SweepAnswer& answer);

}  // namespace tidemark
