// The door that every HotSpot JVM has for jcmd(1) and its kin: a Unix socket,
// which it opens when it is asked to by a file and SIGQUIT, and which takes the
// calls of its own user and of root alone.
//
// jcmd itself is a JVM: starting it costs 0.3 s of CPU time for each question,
// and this 4 ms. A cycle asks several.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "harness/runtimes/jvm/commands.h"
#include "harness/runtimes/jvm/patience.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"

namespace tidemark::jvm {

// Answers beyond this are an error: a million classes take 60 MiB.
inline constexpr std::size_t kMostAnswer = std::size_t{256} << 20;

// One question and its answer. The path is that of a socket which takes them.
Result<std::string> ask_socket(const std::string& path,
                               const std::string& command,
                               const Patience& patience);

// By this door into the process. Nothing is done before the first question.
// The JVM removes its socket when it ends; one that was killed does not, and
// it is removed here. `cancelled` ends a question with kInterrupted; it may be
// empty.
std::unique_ptr<DiagnosticCommands> make_attach_socket(
    pid_t pid, Clock& clock, std::function<bool()> cancelled);

}  // namespace tidemark::jvm
