// What one look into a JVM finds: levels of classes and of threads.
#pragma once

#include <span>
#include <vector>

#include "harness/runtimes/jvm/class_histogram.h"
#include "harness/runtimes/jvm/string_table.h"
#include "harness/runtimes/jvm/thread_dump.h"
#include "harness/runtimes/managed/levels.h"
#include "harness/runtimes/managed/sites.h"

namespace tidemark::jvm {

// All at one moment.
struct Look {
  ClassHistogram classes;
  std::vector<JavaThread> threads;
  StringTable strings;
};

// Each class and each kind of thread: where it waits and what it is called.
// Left out is what the JVM makes for itself at any time:
//  - its own threads, and as many objects of java.lang.Thread;
//  - interned strings and their arrays: it makes those of a class as it
//    compiles code, a hundred at once and long after the class was loaded;
//  - what method handles are made of, as it compiles them to classes.
std::vector<Level> levels_of(const Look& look, ManagedSites& sites);

}  // namespace tidemark::jvm
