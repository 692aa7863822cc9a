// From a Scenario to the text of a scenario file: load.h's way back.
#pragma once

#include <string>

#include "tidemark/scenario.h"

namespace tidemark {

// A file that load_scenario() reads as the same Scenario, what is as it is by
// default left out. Three things are not written: stand-ins, what only
// `tidemark stress` reads (`stress`, `thresholds`), and `send` beside a flow,
// which says it all. Files keep the path that the scenario has for them, so
// that a text which goes elsewhere needs absolute ones.
// REQUIRES: load_scenario() could have made it.
std::string write_scenario(const Scenario& scenario);

}  // namespace tidemark
