// Reports that other programs read, beside JSON, JUnit and pprof.
#pragma once

#include <memory>

#include "tidemark/reporter.h"

namespace tidemark {

// What stayed, by stack, as flamegraph.pl, inferno and speedscope read it: a
// line for each, frames from the root to the leaf with `;` between them, a
// blank, bytes. The first frame is what the finding is: "leak per connection".
std::unique_ptr<Reporter> make_folded_reporter();

// The verdict and the figures of the run as gauges, in the text format of
// OpenMetrics 1.0; for a textfile collector or a pushgateway. Names begin with
// tidemark_, units are bytes, seconds and ratios, and every sample has the
// scenario's name as a label.
std::unique_ptr<Reporter> make_openmetrics_reporter();

// For a CI's summary of a step: the verdict, a row for each finding, and the
// limit of what would have been seen.
std::unique_ptr<Reporter> make_markdown_reporter();

}  // namespace tidemark
