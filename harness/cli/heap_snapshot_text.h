// What a heap dump of a managed runtime says, as the tables of `tidemark top`
// and `tidemark tree`. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/runtimes/managed/named_retention.h"
#include "harness/runtimes/managed/object_graph.h"
#include "harness/runtimes/managed/top_roots.h"
#include "tidemark/reporter.h"
#include "tidemark/result.h"

namespace tidemark {

struct HeapDumpAnswer {
  std::string about;  // "V8 heap snapshot"
  Count objects;
  Bytes bytes;
  std::vector<TopHolder> top;
  std::vector<TopRoot> roots;
  NamedRetention held;  // `tree` only: who holds all there is
};

// "12.5 %".
std::string part_text(Bytes part, Bytes whole);

// Classes and roots by what they alone keep.
std::string heap_dump_top(const HeapDumpAnswer& answer, std::size_t most_rows,
                          const ReportStyle& style);

// Ways from the roots, each with all that is held by way of it.
Result<std::string> heap_dump_tree(const HeapDumpAnswer& answer,
                                   std::size_t most_rows,
                                   const ReportStyle& style);

}  // namespace tidemark
