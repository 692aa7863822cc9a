// Who allocated and who holds what a service has, as tables of their own:
// `tidemark top`, `list` and `tree`. Pure: from a record alone.
#pragma once

#include <optional>
#include <string>

#include "harness/report/source_lines.h"
#include "tidemark/reporter.h"
#include "tidemark/run_record.h"

namespace tidemark {

// What a table is about: a finding of the record, by its number in the
// report (1 is the first), or all that was live.
struct HoldingsQuestion {
  std::optional<std::size_t> finding;
  std::size_t most_rows = 20;
  std::string pattern;  // `list`: part of a function's or a file's name
};

// Two tables: roots by what they hold of it, with what only they keep alive,
// and places by what they have allocated. kUsage: the record has no answer to
// that question; the message says how to get one. So have the others.
Result<std::string> top_text(const RunRecord& record,
                             const HoldingsQuestion& question,
                             const ReportStyle& style);

// The ways from the roots as a tree, each branch with all that is held below
// it, the heaviest first.
Result<std::string> tree_text(const RunRecord& record,
                              const HoldingsQuestion& question,
                              const ReportStyle& style);

// Places that allocated, function by function, with the lines around them
// where the source can be read.
Result<std::string> list_text(const RunRecord& record,
                              const HoldingsQuestion& question,
                              const SourceLines& source,
                              const ReportStyle& style);

}  // namespace tidemark
