// A heap dump of a JVM (HPROF, as `jcmd GC.heap_dump` writes it): how many
// objects of which classes it has, who holds most, and who holds what one asks
// for.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/runtimes/managed/named_retention.h"
#include "harness/runtimes/managed/object_graph.h"
#include "harness/runtimes/managed/top_roots.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::jvm {

struct DumpProgress {
  Bytes read;         // in this phase
  Bytes of;           // the file's; 0: the phase reads nothing
  const char* phase;  // "counting objects"
};

struct DumpOptions {
  // Called some ten times a second; false: enough, the reading ends with
  // kInterrupted. May be empty.
  std::function<bool(const DumpProgress&)> progress;
  std::size_t most_paths = 20;  // of each question
  std::size_t most_rows = 100;  // of `top` and `roots`
  // The classes of as many first names in `top` are questions, too.
  std::size_t ways_of_top = 0;
};

// Classes of one name by different loaders are different classes.
struct DumpClass {
  std::string name;    // "com.x.Session", "byte[]"
  std::string loader;  // "bootstrap", "platform", "app", "com.x.Loader@7f00"
  Count objects;
  Bytes bytes;

  bool operator==(const DumpClass&) const = default;
};

// Who holds all classes of one name, by whatever loader.
struct HeldName {
  std::string name;
  NamedRetention held;

  bool operator==(const HeldName&) const = default;
};

struct DumpAnswer {
  std::vector<DumpClass> classes;  // most bytes first; none without objects
  std::vector<TopHolder> top;
  std::vector<TopRoot> roots;                // most retained first
  std::vector<NamedRetention> of_questions;  // in their order
  std::vector<HeldName> of_top;              // DumpOptions::ways_of_top
  Count objects;
  Bytes bytes;
  double sizes_agree = 0;  // share of objects as far apart as their sizes say
};

// Each question has the names of classes whose objects are asked about.
//
// The file is read twice, through a small window, and its parts again for what
// is told; what is kept in memory is less than the file. kUsage: it is no such
// dump, or a broken one, with how far it was good.
Result<DumpAnswer> read_dump(
    const std::string& path,
    std::span<const std::vector<std::string>> questions,
    const DumpOptions& options);

}  // namespace tidemark::jvm
