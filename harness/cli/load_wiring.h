// Words of a scenario's load to protocols, drivers and stand-ins.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drivers/common/stress_flow.h"
#include "harness/cli/foreign.h"
#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/driver.h"
#include "tidemark/load_words.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"
#include "tidemark/standin.h"
#include "tidemark/target_policy.h"

namespace tidemark {

// What scenarios may name: every engine with its schemes and behaviours.
LoadWords load_words();

// A provocation as `tidemark provocations` shows it.
struct ProvocationWords {
  std::string engine;
  std::string name;
  std::string summary;
};
std::vector<ProvocationWords> all_provocations();

// A load that has not called anybody yet. Its flows off loopback are `foreign`:
// they keep to the caps, and must ask for leave before they begin.
template <class Load>
struct Wired {
  Load load;
  std::vector<ForeignFlow> foreign;
};

// The load of a hunt. `scenario` with ports and secrets filled in.
Result<Wired<std::unique_ptr<Driver>>> make_driver(const Scenario& scenario,
                                                   const TargetPolicy& policy,
                                                   Clock& clock,
                                                   Cancellation& cancellation);

// One for each flow, in order. kUsage: a flow has no `stress`.
Result<Wired<std::vector<std::unique_ptr<StressFlow>>>> make_stress_flows(
    const Scenario& scenario, const TargetPolicy& policy, Clock& clock,
    Cancellation& cancellation);

// Started; their ports are chosen by the kernel.
Result<std::vector<std::unique_ptr<StandIn>>> make_standins(
    const Scenario& scenario);

// "HOST:PORT" or "/SOCKET" of a URL; empty for the engine exec.
std::string address_of(const LoadSpec& flow);

}  // namespace tidemark
