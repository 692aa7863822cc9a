// The `matrix` of a scenario: settings of which every combination is run.
//
//   matrix:
//     buffer: [100MB, 64KiB, 4KiB]      a factor and its levels
//     allocator: [system, jemalloc]
//     exclude: [{ buffer: 4KiB, allocator: jemalloc }]
//     repeat: 3                         or {min: 3, max: 12}: what is in doubt
//                                       after three runs is run again
//
// A level goes wherever the file says {{ buffer }}, in values of every kind,
// before anything else of the file is read: what a cell may be is what a
// scenario may be. {{ buffer.bytes }} is a size as a whole number of bytes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/scenario/document.h"
#include "tidemark/matrix.h"
#include "tidemark/result.h"

namespace tidemark {

// The matrix of the file, if it has one that can be read; problems otherwise.
std::optional<SweepSpec> read_matrix(const Node& root, Diagnostics& problems);

// Every cell that is not left out, as written: the last factor changes fastest.
std::vector<CellLevels> sweep_cells(const SweepSpec& spec);

// `levels`, and the baseline's of the factors that it does not name; kUsage if
// the matrix has no such factor or level.
Result<CellLevels> whole_cell(const SweepSpec& spec, const CellLevels& levels);

// What {{ }} stands for in a cell.
std::map<std::string, std::string> cell_values(const CellLevels& cell);

// "buffer=4KiB, allocator=system"
std::string in_words(const CellLevels& cell);

// The file as it is in one cell. REQUIRES: `cell` has a level of each factor.
Node in_cell(Node root, const CellLevels& cell);

// Factors of which nothing in the file makes use; templates, which are files of
// their own, may.
void check_factors_used(const Node& root, const SweepSpec& spec,
                        Diagnostics& problems);

}  // namespace tidemark
