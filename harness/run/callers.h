// Stacks as names, for what must not depend on addresses.
#pragma once

#include <string>

#include "tidemark/run_record.h"
#include "tidemark/verdict.h"

namespace tidemark {

// "chat!Room::join": the module without folder and version, the function as
// harness/base/steady_name.h has it. Where there is no symbol the offset is
// all there is to tell functions apart: "libfoo.so!+0x12a".
std::string caller_name(const Frame& frame);

// The frames that are no library's, innermost first: how a function that
// calls itself was cut and inlined does not matter, so repeats are one.
// If all are a library's, all of them.
SiteCallers callers_of(const SiteRecord& site);

}  // namespace tidemark
