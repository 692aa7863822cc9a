// Flows that go off loopback: what they are held to, and who was asked.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drivers/common/load_url.h"
#include "drivers/common/ownership.h"
#include "tidemark/clock.h"
#include "tidemark/driver.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"
#include "tidemark/target_policy.h"

namespace tidemark {

// The first key: what the command line allows. The digest, of the scenario's
// text, is what the second is asked for.
struct Leave {
  TargetPolicy policy;
  std::string digest;
};

struct ForeignFlow {
  LoadSpec spec;
  LoadUrl url;
  std::vector<Endpoint> endpoints;  // those off loopback, each allowed
};

// kUsage if the flow does what nobody may do off loopback.
Status check_foreign_flow(const LoadSpec& spec);

// One question for each address and port, with all the hostile ways of the
// flows that go there. kUsage: more addresses than anybody means.
Result<std::vector<OwnershipQuestion>> ownership_questions(
    const std::vector<ForeignFlow>& flows, const std::string& digest);

// Who loads whom, by whose leave and within what: for records. "" if nothing
// goes off loopback.
std::string audit_line(const std::vector<ForeignFlow>& flows,
                       const TargetPolicy& policy);

// The same load, which asks for leave before its first connection and again
// while it goes on.
std::unique_ptr<Driver> guarded(std::unique_ptr<Driver> driver,
                                OwnershipWatch watch);

// A service is waited for on loopback or by its output: its own address, off
// loopback, is not called before it agreed. kUsage: `target` says neither.
Status check_readiness(const TargetSpec& target);

}  // namespace tidemark
