// What an open connection costs and how fast the service was, of both
// versions. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tidemark/comparison.h"
#include "tidemark/run_record.h"

namespace tidemark {

// A change smaller than this is not told as one, whatever the scatter: with
// few runs the scatter itself is small by chance now and then.
inline constexpr double kLeastChange = 0.01;
// Of the peak where there is one run of each, and so no scatter to go by.
inline constexpr double kLeastUnknown = 0.05;

struct Figures {
  std::vector<FigureChange> changes;
  std::vector<std::string> notes;  // what could not be compared, and why
};

// `max_slowdown`: in per cent; absent: speed never fails.
//
// Peak: at full concurrency, once in a run. Higher at 99.9 % fails.
//
// Speed: of each run, and for each kind of loaded cycle that every run has
// (the same connections, messages and concurrency), the median of its cycles;
// a run's figure is the geometric mean over the kinds. So runs that stopped
// at different cycles of the same plan are compared by what they share. Told
// at 99 %. It fails if it is slower than allowed at the near end of the
// interval, and leaves the comparison open if only the estimate is.
Figures compare_figures(std::span<const RunRecord> before,
                        std::span<const RunRecord> after,
                        std::optional<double> max_slowdown);

}  // namespace tidemark
