// The sections of a scenario file, one function each. Absent fields keep what
// the struct holds already, which is the default.
#pragma once

#include "harness/scenario/fields.h"
#include "tidemark/scenario.h"

namespace tidemark {

void read_target(Section section, TargetSpec& target);
void read_load(Section section, LoadSpec& load);
// `cycles` and `expect` are nodes because both may be more than a map.
void read_cycles(const Node& node, CycleSpec& cycles, Diagnostics& problems);
void read_expect(Section section, Expectations& expect);

}  // namespace tidemark
