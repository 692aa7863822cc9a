// What one look into a JVM finds: levels of classes and of threads.
#pragma once

#include <span>
#include <vector>

#include "harness/runtimes/jvm/class_histogram.h"
#include "harness/runtimes/jvm/thread_dump.h"
#include "harness/runtimes/managed/levels.h"
#include "harness/runtimes/managed/sites.h"

namespace tidemark::jvm {

// Each class of the service's and each kind of thread: where it waits and what
// it is called. Threads of the JVM are left out, and so are their objects.
std::vector<Level> levels_of(const ClassHistogram& histogram,
                             std::span<const JavaThread> threads,
                             ManagedSites& sites);

}  // namespace tidemark::jvm
