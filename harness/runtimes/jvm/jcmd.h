// The JDK's own program for asking a JVM.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/runtimes/jvm/commands.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"

namespace tidemark::jvm {

// Where jcmd may be, best first: in the folder of a JDK that was given; else
// beside the program that the process runs ("/…/bin/java", and of a JRE within
// a JDK, "/…/jre/bin/java"), and in JAVA_HOME. Folders may be empty: unknown.
std::vector<std::string> jcmd_places(const std::string& given,
                                     const std::string& java,
                                     const std::string& java_home);

// The error says where it was looked for and which package has it.
Result<std::string> find_jcmd(pid_t pid, const std::string& given_jdk);

// What jcmd printed, without its first line "4711:". `ended_well` is whether
// its exit code was 0.
Result<std::string> jcmd_answer(const std::string& command,
                                const std::string& output, bool ended_well);

// Starts the program for each question, and ends it when its time is over, or
// `cancelled`, which may be empty, says so: kInterrupted. REQUIRES a thread
// that outlives it (see harness/base/spawn.h).
std::unique_ptr<DiagnosticCommands> make_jcmd(std::string program, pid_t pid,
                                              Clock& clock,
                                              std::function<bool()> cancelled);

}  // namespace tidemark::jvm
