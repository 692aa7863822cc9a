// A comparison of two versions: as text for people, as JSON for programs
// (compare_report.schema.json has its fields), as JUnit XML, and as Markdown
// for a CI's summary of a step. Pure.
#pragma once

#include <string>

#include "tidemark/comparison.h"
#include "tidemark/reporter.h"

namespace tidemark {

std::string compare_text(const VersionComparison& comparison,
                         const ReportStyle& style);

// {"tidemark_comparison": 1, "outcome": "worse", "reason": "1 finding is new",
//  "old": {"name": "chat", "runs": [{"outcome": "pass", …}, …], …}, "new": …,
//  "findings": [{"change": "new", "fails": true, "class": "leak",
//    "fingerprint": "539b0d4e9c4b55eb", "place": "chat_join (chat.cc:39)",
//    "unit": "connection", "bytes": true, "old": null,
//    "new": {"value": 104.0, "low": 104.0, "high": 104.0}, …}],
//  "figures": [{"figure": "throughput", "unit": "1/s", "old": 9120.0,
//    "new": 9080.0, "change": {"value": -0.004, "low": …, "high": …}, …}], …}
std::string compare_json(const VersionComparison& comparison);

// One test case for each finding, and for each figure.
std::string compare_junit(const VersionComparison& comparison);

std::string compare_markdown(const VersionComparison& comparison);

}  // namespace tidemark
