// The report as one HTML file: it works from disk, without a network, and has
// all that it is drawn with. Texts of the service are data in it and never
// markup. Pure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tidemark/comparison.h"
#include "tidemark/reporter.h"
#include "tidemark/sweep.h"

namespace tidemark {

// Of one run: verdict, findings, memory over time, rings, flame graphs, sites,
// speed, plan, and what it was run on.
std::unique_ptr<Reporter> make_html_reporter();

// Of a sweep: the answer, the cells, memory against throughput, heat maps of
// two factors, effects.
std::string sweep_html(const SweepAnswer& answer);

// Of two versions: what became worse, and the difference of their flame
// graphs, in bytes per connection over all runs of each side.
std::string compare_html(const VersionComparison& comparison,
                         const std::vector<RunRecord>& before,
                         const std::vector<RunRecord>& after);

}  // namespace tidemark
