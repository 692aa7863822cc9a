// One Node process, through its inspector.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/runtimes/v8/evaluation.h"
#include "harness/runtimes/v8/heap_snapshot.h"
#include "harness/runtimes/v8/inspector.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::v8 {

// Used from one thread.
class NodeProcess {
 public:
  // Asks the ports, one after the other, which of them is the inspector's.
  static Result<NodeProcess> attach(pid_t pid,
                                    const std::vector<std::uint16_t>& ports,
                                    Clock& clock, Cancelled cancelled = {});

  pid_t pid() const { return pid_; }
  const std::string& version() const { return version_; }  // "20.20.2"
  const std::string& engine() const { return engine_; }    // V8's own

  // Whole collections until there is nothing left to gain, with turns of the
  // event loop between, so that finalizers run.
  Status collect(TimePoint until);

  Result<NodeFigures> figures();

  // Collects, too.
  Result<V8Snapshot> snapshot();

 private:
  NodeProcess(pid_t pid, std::unique_ptr<Inspector> inspector, Clock& clock)
      : pid_(pid), inspector_(std::move(inspector)), clock_(&clock) {}

  Status greet();
  Result<std::string> call(std::string_view method, std::string_view parameters,
                           Duration silence);

  pid_t pid_;
  std::unique_ptr<Inspector> inspector_;
  Clock* clock_;
  std::string version_;
  std::string engine_;
};

}  // namespace tidemark::v8
