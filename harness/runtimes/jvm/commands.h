// Asking one JVM for what jcmd(1) knows.
#pragma once

#include <string>

#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::jvm {

class DiagnosticCommands {
 public:
  virtual ~DiagnosticCommands() = default;

  // What the JVM answers to a command with its arguments: "GC.heap_dump
  // /tmp/a.hprof". The error says whether it could not be asked, refused, or
  // did not answer in time, or that the user has had enough (kInterrupted);
  // nothing of ours waits for it then any more.
  virtual Result<std::string> ask(const std::string& command,
                                  Duration timeout) = 0;
};

}  // namespace tidemark::jvm
