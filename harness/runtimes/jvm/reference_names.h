// By which fields objects hold others, read again for those that are told.
#pragma once

#include <string>

#include "harness/runtimes/jvm/dump_graph.h"
#include "harness/runtimes/jvm/object_reader.h"

namespace tidemark::jvm {

// The name of the graph's reference to[edge] of `from`: a field's, "[]" of an
// array; empty if it cannot be read any more.
std::string reference_name(DumpSurvey& survey, ObjectReader& reader,
                           const ObjectGraph& graph, std::uint32_t id_bytes,
                           ObjectIndex from, std::uint32_t edge);

}  // namespace tidemark::jvm
