// From a scenario file to a Scenario. The result is complete: every default
// is filled in and every rule of the format has been checked, so nobody
// downstream needs to.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "tidemark/load_words.h"
#include "tidemark/matrix.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

struct LoadRules {
  // Somebody else will decide about hosts that are not on loopback, by their
  // resolved addresses and before anything is sent. Else they are refused.
  bool other_machines = false;
  // Of a file with a `matrix`: which of its cells is meant. What it does not
  // name is at the baseline. Absent: such a file is refused.
  std::optional<CellLevels> cell{};
};

// Every engine, scheme, behaviour and provocation that a scenario may name
// comes in as `words`. `path` is for messages, and for the folder that the
// files named in the scenario lie in: their paths in the result lead there.
// All problems of the text come back together, in one kUsage error whose
// message is what a person reads (see harness/scenario/diagnostics.h). An
// absent `name` becomes the file's name without folder and extension.
// Variables stay as written (see harness/scenario/expand.h), and so do
// secrets (harness/scenario/secrets.h). Thread-safe; never throws.
Result<Scenario> load_scenario(const std::string& path, std::string_view text,
                               const LoadWords& words,
                               const LoadRules& rules = {});

// The matrix of the file, and every cell of it checked as a scenario; nothing
// if there is none. Errors as from load_scenario(), the cell named.
Result<std::optional<SweepSpec>> load_sweep(const std::string& path,
                                            std::string_view text,
                                            const LoadWords& words,
                                            const LoadRules& rules = {});

// The file's text, for load_scenario(); kUsage if it cannot be read.
Result<std::string> read_scenario_text(const std::string& path);

// Both, for this machine only.
Result<Scenario> load_scenario_file(const std::string& path,
                                    const LoadWords& words);

// A scenario may leave target.command out, to load a service that runs
// already; kUsage then, for callers who have to start one.
Status require_service(const Scenario& scenario);

// Every key that was asked for while `text` was read, as a path
// ("load.send.count"). Sections that `text` lacks are not looked into.
std::set<std::string> known_keys(std::string_view text, const LoadWords& words);

}  // namespace tidemark
