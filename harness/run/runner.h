// One run from top to bottom: start, warm up, baseline, cycles, linger,
// verdict, stop. Knows no runtime, protocol or report by name.
#pragma once

#include <optional>
#include <vector>

#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/driver.h"
#include "tidemark/observer.h"
#include "tidemark/probe.h"
#include "tidemark/run_record.h"
#include "tidemark/scenario.h"
#include "tidemark/standin.h"
#include "tidemark/suppression.h"
#include "tidemark/target.h"

namespace tidemark {

// The world a run touches; all borrowed for the length of the run.
struct RunWorld {
  Target& target;
  HeapProbe* heap;  // null: the kernel's view alone
  KernelProbe& kernel;
  Driver& driver;
  Clock& clock;
  Cancellation& cancellation;
  Observer& observer;
  std::vector<StandIn*> standins{};  // those the scenario asks for; started
  std::vector<SuppressionRule> suppressions{};
  std::optional<ForecastRecord> forecast{};  // what for; absent: none
};

// Fills `record` step by step and hands it to the observer after each, so
// that whatever happens, what was known is kept. At return the service is
// stopped and no connection of ours is open. record.error tells a failure;
// otherwise record.judgement is set and record.partial is false.
void run_scenario(const Scenario& scenario, RunWorld world, RunRecord& record);

}  // namespace tidemark
