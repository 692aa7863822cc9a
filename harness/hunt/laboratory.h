// The experiments of one hunt as they are done: counted, timed, and none twice.
// Private to this folder.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "harness/hunt/hunt.h"

namespace tidemark {

struct Done {
  Scenario scenario;
  RunRecord record;
};

class Laboratory {
 public:
  Laboratory(const HuntLimits& limits, const RunExperiment& run)
      : limits_(limits), run_(run) {}

  // Null once the time is up or the hunt was interrupted. What was done
  // before is not done again.
  const Done* perform(const Scenario& scenario, const std::string& title);

  // Every experiment so far.
  const std::deque<Done>& done() const { return done_; }

  bool out_of_time() const { return out_of_time_; }
  const std::optional<Error>& interrupt() const { return interrupt_; }
  Duration took() const { return took_; }

 private:
  const HuntLimits limits_;
  const RunExperiment& run_;
  std::deque<Done> done_;  // addresses stay
  Duration took_{};
  bool out_of_time_ = false;
  std::optional<Error> interrupt_;
};

}  // namespace tidemark
