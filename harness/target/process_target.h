// A service that is a process of this machine: started, watched, stopped, and
// nothing of it left behind.
//
// Start-up makes this process a subreaper, so that daemons stay descendants
// of ours. A service of which we do not stop the main process (SIGKILL to
// us) is killed by the kernel; a daemon of its is not.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/scenario.h"
#include "tidemark/target.h"

namespace tidemark {

// Every process of a service has this variable, with a value of the run's.
inline constexpr char kRunIdVariable[] = "TIDEMARK_RUN_ID";

struct TargetOptions {
  TargetSpec spec;  // nothing in it is left to be expanded
  // "HOST:PORT", tried for readiness when the specification says nothing.
  std::string load_address;
  // Paths, put in front of an inherited LD_PRELOAD in this order.
  std::vector<std::string> preload;
  // Wins over the specification's environment.
  std::map<std::string, std::string> extra_environment;
  // Called once the service's program runs, before it is ready.
  std::function<void(pid_t)> on_spawn;
};

// The target must not outlive clock and cancellation. REQUIRES: start() is
// called once, from a thread that outlives the service (the main thread): the
// kernel ends the service with the thread that started it. All calls come
// from one thread, none meanwhile starts a child process. Destruction stops
// the service.
std::unique_ptr<Target> make_process_target(TargetOptions options, Clock& clock,
                                            Cancellation& cancellation);

}  // namespace tidemark
