// The service under test, as the runner sees it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "tidemark/result.h"
#include "tidemark/run_record.h"
#include "tidemark/units.h"

namespace tidemark {

class Target {
 public:
  virtual ~Target() = default;

  // Starts the service and returns when it is ready for load. An error tells
  // why it is not, with its last output.
  virtual Status start() = 0;

  // Every live process of the service, the first one being the main process.
  virtual std::vector<pid_t> processes() const = 0;

  // Empty while the main process runs; how it ended otherwise.
  virtual std::optional<ServiceExit> exited() = 0;

  // Stops it as the scenario says, then by force; at return no process of
  // the service is left. A service that was not started but attached to is
  // left, and goes on. Safe to call twice.
  virtual ServiceExit stop() = 0;

  virtual std::vector<std::string> last_output() const = 0;

  // Absent: its memory has no limit of its own. After stop() as it was then.
  virtual std::optional<MemoryUse> memory_use() { return {}; }

  // The agent's memory counts where the service's does: it is added to the
  // limit. Nothing is done where there is none.
  virtual void allow_beside(Bytes /*agent*/) {}

  // After stop(): what of tidemark's is still in a service that goes on, in
  // words. Empty is good, and always so for a service that was stopped.
  virtual std::vector<std::string> left_behind() const { return {}; }
};

}  // namespace tidemark
