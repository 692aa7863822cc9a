// Any bytes at all as a scenario with a matrix: never a crash, and what comes
// back keeps the promises of harness/scenario/load.h.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "harness/scenario/load.h"
#include "harness/scenario/matrix.h"
#include "tests/unit/harness/scenario/words.h"

namespace {

using namespace tidemark;

void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

bool has(const std::vector<CellLevels>& cells, const CellLevels& wanted) {
  for (const CellLevels& cell : cells)
    if (cell == wanted) return true;
  return false;
}

void check(const SweepSpec& spec, std::string_view text) {
  const std::vector<CellLevels> cells = sweep_cells(spec);
  require(!cells.empty(), "there is a cell");
  require(cells.size() * spec.repeat <= kMaxSweepRuns, "not too many runs");
  require(has(cells, spec.baseline), "the baseline is one of them");
  require(spec.max_loss > 0 && spec.max_loss < 1, "a loss is a part");
  LoadRules rules;
  for (const CellLevels& cell : {cells.front(), cells.back()}) {
    rules.cell = cell;
    const auto scenario = load_scenario("f.yaml", text, test_words(), rules);
    require(scenario.has_value(), "every cell is a scenario");
    require(scenario->cell == cell, "which knows its cell");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto spec = load_sweep("f.yaml", text, test_words());
  if (!spec) {
    require(!spec.error().message.empty(), "an error says something");
  } else if (*spec) {
    check(**spec, text);
  }
  return 0;
}
