// A hunt as text for people and as JSON for programs, and what stands above a
// scenario that it wrote. Pure.
#pragma once

#include <string>
#include <vector>

#include "tidemark/hunt.h"
#include "tidemark/reporter.h"

namespace tidemark {

std::string hunt_text(const HuntReport& report, const ReportStyle& style);

// {"outcome": "leak", "findings": [{"standing": "confirmed", "kind": "leak",
//  "unit": "reset close", "ways": ["reset"], "file": "…", …}, …], …}
std::string hunt_json(const HuntReport& report);

// What the hunt as a whole amounts to: kLeak with a confirmed finding,
// kInconclusive where something was seen once or not followed up, or a
// screening was not decided.
Outcome outcome_of(const HuntReport& report);

// Lines of `# `, for the top of the scenario that confirms these findings: what
// it finds, with which exit code, and how it is run. REQUIRES: there is one,
// and all are of one file.
std::string hunt_comment(const std::vector<HuntFinding>& findings);

}  // namespace tidemark
