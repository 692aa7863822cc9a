// The records of a sweep's runs → its answer. Pure: the same records, the same
// answer.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tidemark/run_record.h"
#include "tidemark/sweep.h"

namespace tidemark {

// A run and the file that its record is in.
struct StoredRun {
  RunRecord record;
  std::string kept_at;
};

// `cells` are the sweep's, as written; runs of other cells are left out.
SweepAnswer fold_sweep(const SweepSpec& spec,
                       const std::vector<CellLevels>& cells,
                       std::span<const StoredRun> runs);

}  // namespace tidemark
