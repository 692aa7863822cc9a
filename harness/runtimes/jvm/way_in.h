// How one JVM is asked: by ourselves, or by the JDK's program.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "harness/runtimes/jvm/commands.h"
#include "harness/runtimes/jvm/version.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"

namespace tidemark::jvm {

struct WayIn {
  std::unique_ptr<DiagnosticCommands> commands;
  JvmVersion version;  // its first answer
};

// By the jcmd of the JDK that is given; else by the socket, and by a jcmd that
// is found where the socket fails. The error is then the socket's. Neither is
// tried on a process that the question might end. All questions end with
// kInterrupted when `cancelled` says so; it may be empty.
Result<WayIn> find_way_in(pid_t pid, const std::string& jdk, Clock& clock,
                          const std::function<bool()>& cancelled);

// Whether the process has a JVM in it; none if it is gone. The error is that it
// may not be looked at.
Result<bool> is_jvm(pid_t pid);

}  // namespace tidemark::jvm
