// How a service fares as its memory nears the limit that the scenario sets.
// Private to this folder.
#pragma once

#include <string>

#include "tidemark/reporter.h"

namespace tidemark {

// Empty: it has none.
std::string memory_limit_section(const RunRecord& record,
                                 const ReportStyle& style);

}  // namespace tidemark
