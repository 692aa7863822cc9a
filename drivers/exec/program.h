// Runs one program to its end, whatever it does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"
#include "tidemark/units.h"

namespace tidemark::exec {

struct Limits {
  // As long as a whole run may take, which is what bounds a program that
  // never ends: the runner looks at its own clock only between steps.
  Duration longest = CycleSpec{}.max_duration;
  Duration after_term = std::chrono::seconds(2);  // until SIGKILL
};

// How a program that was started has ended.
struct ExecRun {
  int exit_code = 0;
  std::optional<int> signal;  // then there is no exit code
  Duration took{};
  std::vector<std::string> last_output;  // stdout and stderr, as they came
  bool too_long = false;                 // stopped by Limits::longest
};

// Returns when no process of the program's session is left. An error if it
// cannot be started (kEnvironment) or the run is cancelled (kInterrupted).
Result<ExecRun> run_program(const std::vector<std::string>& command,
                            const Limits& limits, Clock& clock,
                            Cancellation& cancellation);

}  // namespace tidemark::exec
