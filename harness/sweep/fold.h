// The records of a sweep's runs → its answer. Pure: the same records, the same
// answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tidemark/run_record.h"
#include "tidemark/sweep.h"

namespace tidemark {

// A run, the file that its record is in and its round, from 0.
struct StoredRun {
  RunRecord record;
  std::string kept_at;
  std::uint32_t round = 0;
};

// `cells` are the sweep's, as written; runs of other cells are left out.
SweepAnswer fold_sweep(const SweepSpec& spec,
                       const std::vector<CellLevels>& cells,
                       std::span<const StoredRun> runs);

}  // namespace tidemark
