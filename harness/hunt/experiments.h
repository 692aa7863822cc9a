// The scenarios of a hunt: what is tried, in which doses. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/hunt/ways.h"
#include "tidemark/scenario.h"

namespace tidemark {

// What every scenario of a hunt has in common.
struct HuntSubject {
  std::string name;      // of the service, for names of scenarios
  std::string protocol;  // "websocket"
  TargetSpec target;
  LoadSpec load;  // the url and what is said; how it ends is the hunt's matter
  Ways ways;      // graceful first
  std::uint32_t connections = 0;  // of a screening; 0: as many as it needs
  // How long something may stay that a timeout ends: most services' are a
  // minute, nginx waits 75 s for a request, mosquitto 90 s for a ping.
  Duration patience = std::chrono::seconds(100);
};

// The plainest load: every connection says good-bye. What differs from cycle to
// cycle is the size and the number of messages, and how many are open at once.
Scenario plain_experiment(const HuntSubject& subject);

// The scenario with messages of one size and number, the plain ones first, and
// all connections at once. Empty: nothing differs in it.
std::vector<Scenario> without_factors(const Scenario& scenario);

// All of `ways` together: each goes at least three times a cycle, and as many
// as a quarter of the others are graceful.
Scenario screening_experiment(const HuntSubject& subject, const Ways& ways);

// The same in as few cycles as kill a service that one connection can kill.
Scenario short_experiment(const HuntSubject& subject, const Ways& ways);

// The suspects beside as many graceful connections as each of them has.
Scenario follow_up_experiment(const HuntSubject& subject, const Ways& suspects);

// The ways together once more, with so many idle cycles between the first
// loaded ones and the last that what a timeout of up to `patience` ends is gone
// from the first. Each cycle has the largest level of each of the `factors`:
// where what waits to be seen does not come, nobody can see that it goes.
Scenario patient_experiment(const HuntSubject& subject, const Ways& ways,
                            const FactorSpec& factors);

// Without what only its report is the better for: the watch for late releases,
// and who holds what. For steps on the way, not for the scenario that is kept.
Scenario in_a_hurry(Scenario scenario);
Scenario unhurried(Scenario scenario);

// The same, watched at its end for as long as that.
Scenario watched_for(Scenario scenario, Duration linger);

// Half of its connections; the same if they are as few as can be judged.
Scenario with_half_the_connections(Scenario scenario);
Scenario with_ways(Scenario scenario, const Ways& ways);
// Nothing is said, connections only come and go.
Scenario without_messages(Scenario scenario);

// A peer that vanished is noticed, if at all, after a timeout: no cycle waits
// for that.
bool vanishes(const WeightedClose& way);

}  // namespace tidemark
