// Asking every JVM of a service, of which some may end meanwhile.
#pragma once

#include <sys/types.h>

#include <functional>
#include <vector>

#include "tidemark/clock.h"
#include "tidemark/result.h"

namespace tidemark::jvm {

// Whether a process that broke off is gone, or is so soon: the connection ends
// before the process does. `cancelled` may be empty.
bool ends(pid_t pid, Clock& clock, const std::function<bool()>& cancelled);

// Asks every one; one that ends meanwhile is forgotten and no error. The last
// stays: whoever asks it again shall hear that it ended, not that there was
// none. REQUIRES: a Process has a `pid`.
template <class Process, class Ask>
Status ask_each(std::vector<Process>& processes, Clock& clock,
                const std::function<bool()>& cancelled, Ask ask) {
  for (auto process = processes.begin(); process != processes.end();) {
    Status asked = ask(*process);
    if (asked) {
      ++process;
      continue;
    }
    Error why = std::move(asked).error();
    if (why.kind == ErrorKind::kInterrupted ||
        !ends(process->pid, clock, cancelled))
      return fail(std::move(why));
    if (processes.size() == 1)
      return fail(why.kind, "no JVM of the service is left: " + why.message,
                  why.hint);
    process = processes.erase(process);
  }
  return {};
}

}  // namespace tidemark::jvm
