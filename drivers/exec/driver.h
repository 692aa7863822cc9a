// Any program as the load: redis-benchmark, wrk, a shell script, the client
// that a bug report came with.
//
//   load:
//     engine: exec
//     command: [redis-benchmark, -p, "{{ port }}", -c, "{{ connections }}"]
//
// Once per cycle the program is run to its end. What it does with its
// connections is its own business, so all of them count as gone in the way
// that the plan names; a program that fails fails the run.
#pragma once

#include <memory>

#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/driver.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// `{{ connections }}` in the words of `spec.command` becomes the number that
// a cycle asks for; without any (an idle cycle) the program is not run. It
// reads from /dev/null, and what it writes is shown only if it fails. It is
// over when it has ended itself: what it leaves running in its session is
// killed then.
//
// `clock` and `cancellation` outlive the driver; a cancelled program gets
// SIGTERM, and SIGKILL 2 s later. REQUIRES: the thread that calls open()
// stays until open() returns (the program is killed with it).
Result<std::unique_ptr<Driver>> make_exec_driver(const LoadSpec& spec,
                                                 Clock& clock,
                                                 Cancellation& cancellation);

}  // namespace tidemark
