// A comparison's parts in words, the same in its reports. Private to this
// folder.
#pragma once

#include <string>

#include "tidemark/comparison.h"

namespace tidemark {

// With every text printable(): names and paths come from files, places from
// the service.
VersionComparison printable_comparison(VersionComparison comparison);

// "leak per connection by chat_join (chat.cc:39)".
std::string subject_of(const FindingChange& change);

// "104 B", "13.9 … 21.0 B", "–" where there is none.
std::string rate_text(const std::optional<Estimate>& rate, bool in_bytes);

// A figure's row of a table.
struct FigureCells {
  std::string label;   // "peak/connection", "reply, median"
  std::string before;  // "4.9 KiB", "9,120/s", "0.131 ms"
  std::string after;
  std::string change;    // "+2.1 %"
  std::string interval;  // of the change: "-0.4 … +3.1 %", "unknown"
  std::string verdict;   // "worse", "within noise"
};

FigureCells cells_of(const FigureChange& figure);

// "2 runs: pass, leak".
std::string runs_text(const ComparedSide& side);

}  // namespace tidemark
