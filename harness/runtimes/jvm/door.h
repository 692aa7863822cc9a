// Where a JVM listens for questions, and whether it may be asked to begin.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace tidemark::jvm {

// A process in a container has other files and another number than the one by
// which we know it.
struct Door {
  std::string number;  // its pid as the process itself knows it
  uid_t user = 0;
  std::string socket;  // by our name for it, there or not
};

// The error says that the process has ended.
Result<Door> door_of(pid_t pid);

// A socket that another user has put there is not the JVM's.
bool is_open(const Door& door);

// By the text of /proc/PID/status: whether SIGQUIT, by which a JVM is asked to
// listen, does not end the process.
Status takes_quit(std::string_view status);

// Whether a question does the process no harm, whoever asks it: jcmd(1) sends
// SIGQUIT to all that does not listen yet, without looking who takes it.
Status may_be_asked(pid_t pid);

}  // namespace tidemark::jvm
