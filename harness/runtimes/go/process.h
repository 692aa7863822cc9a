// A Go program that runs: what its file and its memory say.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "harness/runtimes/go/program_file.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::go {

// Absent: it runs no Go program, or may not be looked at.
std::optional<ProgramFile> program_of(pid_t pid);

// Which of a service's processes it is that shows its profiles: of Go programs
// the first that listens there, or else the first; supervisors and `go run` are
// such programs, too. Without any the first process. REQUIRES: there is one.
pid_t who_shows_profiles(const std::vector<pid_t>& processes,
                         const std::function<bool(pid_t)>& runs_go,
                         const std::function<bool(pid_t)>& listens);

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
