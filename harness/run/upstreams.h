// The stand-ins during a run: waiting for the service to close what it opened
// there, and what each cycle brought them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/run/quiet.h"
#include "tidemark/run_record.h"
#include "tidemark/scenario.h"
#include "tidemark/standin.h"

namespace tidemark {

class Upstreams {
 public:
  explicit Upstreams(std::vector<StandIn*> standins);

  // The first cycle begins: what came before belongs to no cycle.
  void begin();

  // Waits until no stand-in has more connections open than when the cycle
  // before ended. An upstream that stays is a finding, not a reason to wait
  // for long: patience is short, and shorter once one has stayed.
  Status wait_closed(QuietWorld world, const CycleSpec& cycles);

  // What happened since the last call, or since begin().
  std::vector<StandInFacts> end_cycle();

  std::map<std::string, Count> open_now() const;
  std::vector<StandInRecord> record() const;

 private:
  bool closed() const;

  std::vector<StandIn*> standins_;
  std::vector<StandInCounts> last_;  // one per stand-in
  bool stayed_ = false;
};

}  // namespace tidemark
