// A stress run as text for people and as JSON for programs, whose fields are in
// stress_report.schema.json. Pure.
#pragma once

#include <string>

#include "tidemark/reporter.h"
#include "tidemark/stress_record.h"

namespace tidemark {

std::string stress_text(const StressRecord& record, const ReportStyle& style);

// {"outcome": "pass", "metrics": {"requests": {"count": 9, "rate": 3.0},
//  "request_duration{flow:chat}": {"avg": 1.2, "p(99)": 3.4, …}, …}, …}
// Times are in milliseconds, sizes in bytes.
std::string stress_json(const StressRecord& record);

// One test case for each threshold, or one for the run if there is none.
std::string stress_junit(const StressRecord& record);

}  // namespace tidemark
