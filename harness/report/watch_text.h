// What a watch shows while it goes on. Pure.
#pragma once

#include <string>
#include <vector>

#include "tidemark/reporter.h"
#include "tidemark/watch.h"

namespace tidemark {

// One line for a log, ending in a newline: the reading, how it differs from
// the first one, and the place that grew most since then.
std::string watch_line(const WatchReading& reading, const WatchReading& first);

// One line of JSON, of the same.
std::string watch_json(const WatchReading& reading);

// The live table: a line for each of the last readings, and what grows most.
// REQUIRES: not empty.
std::string watch_table(const std::string& title,
                        const std::vector<WatchReading>& readings,
                        const ReportStyle& style);

// The same for dashboards, in the OpenMetrics text format.
std::string watch_openmetrics(const std::string& name,
                              const WatchReading& reading);

}  // namespace tidemark
