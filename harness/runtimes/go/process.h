// A Go program that runs: what its file and its memory say.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "harness/runtimes/go/program_file.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::go {

// Absent: it runs no Go program, or may not be looked at.
std::optional<ProgramFile> program_of(pid_t pid);

// From now on the runtime of `pid` samples a block every `rate` bytes on
// average. `found`: the rate that its profile tells; unless its variable holds
// just that, nothing is written. kEnvironment: why that cannot be done.
//
// The setting of the environment has no effect in Go 1.17 to 1.19: there the
// program's own start sets the variable after the environment was read.
Status set_sample_rate(pid_t pid, const ProgramFile& program,
                       std::uint64_t found, std::uint64_t rate);

// What the process has in memory; 0: it has gone.
Bytes resident(pid_t pid);

}  // namespace tidemark::go
