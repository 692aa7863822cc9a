// A heap dump of a JVM as tables. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "harness/runtimes/jvm/heap_dump.h"
#include "tidemark/reporter.h"
#include "tidemark/result.h"

namespace tidemark {

struct DumpTables {
  std::size_t most_rows = 20;  // of each table and each tree
  ReportStyle style;
  // `list`: part of a class's name, and the unit of all amounts ("B", "MB");
  // empty: one that fits each.
  std::string pattern;
  std::string unit;
};

// Classes and roots by what they alone keep.
std::string dump_top(const jvm::DumpAnswer& dump, const DumpTables& how);

// Classes by what their objects take, with their loaders. kUsage: no class has
// the pattern in its name.
Result<std::string> dump_list(const jvm::DumpAnswer& dump,
                              const DumpTables& how);

// Of each class that was asked about (DumpOptions::ways_of_top), the ways from
// the roots to its objects.
Result<std::string> dump_tree(const jvm::DumpAnswer& dump,
                              const DumpTables& how);

}  // namespace tidemark
