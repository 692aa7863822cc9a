// From where a JVM reaches its objects, in words.
#pragma once

#include <vector>

#include "harness/runtimes/jvm/dump_graph.h"
#include "harness/runtimes/jvm/object_reader.h"
#include "harness/runtimes/managed/object_graph.h"

namespace tidemark::jvm {

// Static variables ("static com.x.Room.members") and JNI's globals; what is
// local to threads; threads and their frames ("thread http-N in
// com.x.Server.run (Server.java:12)"); what the JVM keeps for itself. Numbers
// in names of threads are left out: threads of a pool are alike.
std::vector<GraphRoot> roots_of(const DumpSurvey& survey, const DumpGraph& dump,
                                ObjectReader& reader);

// Roots more, for what only references hold that let go when memory is short,
// or that wait for a finalizer.
void add_soft_roots(ObjectGraph& graph,
                    const std::vector<RootedReference>& soft);

}  // namespace tidemark::jvm
