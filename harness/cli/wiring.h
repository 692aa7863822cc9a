// The one place that knows concrete names: words of a scenario to objects.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/cli/foreign.h"
#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/driver.h"
#include "tidemark/probe.h"
#include "tidemark/reporter.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"
#include "tidemark/target.h"

namespace tidemark {

struct World {
  std::unique_ptr<Target> target;
  std::unique_ptr<HeapProbe> heap;  // null for runtime `process`
  std::unique_ptr<KernelProbe> kernel;
  std::unique_ptr<Driver> driver;
  std::string audit;  // see harness/cli/foreign.h
};

// `scenario` with its ports and secrets filled in.
Result<World> make_world(const Scenario& scenario, const Leave& leave,
                         Clock& clock, Cancellation& cancellation);

// The service without the agent: nothing is looked at but its life. `foreign`:
// its address is off loopback, and is not tried.
Result<std::unique_ptr<Target>> make_plain_target(const Scenario& scenario,
                                                  bool foreign, Clock& clock,
                                                  Cancellation& cancellation);

// A service that is only watched: attached to if it has a number, from outside
// for runtime `process`; else started, with the agent for runtime `native`.
Result<std::unique_ptr<Target>> make_watched_target(const TargetSpec& spec,
                                                    Clock& clock,
                                                    Cancellation& cancellation);

// One of kFormats; kUsage with the names there are
// otherwise.
Result<std::unique_ptr<Reporter>> make_reporter(const std::string& format);

inline constexpr const char* kFormats =
    "terminal, html, json, junit, markdown, openmetrics, folded, pprof, "
    "pprof-holders";
inline constexpr const char* kStressFormats = "terminal, json, junit";

}  // namespace tidemark
