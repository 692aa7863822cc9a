// libtidemark_attached.so into a running process, and out of it again.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "tidemark/result.h"

namespace tidemark::attach {

// For how long what is between the service and us is waited for.
struct Patience {
  // Until a thread is where it may be interrupted.
  std::chrono::milliseconds to_be_safe{60000};
  // A call may have to wait for a lock that another thread holds.
  std::chrono::milliseconds for_a_call{60000};
  // How long a thread may stay inside a hook, in a slow munmap() or so.
  std::chrono::milliseconds to_leave_hooks{30000};
};

// Loads the library and lets it redirect the process's calls. `words`: its
// options, see agent::kOptionsVariable. After an error the process is as it
// was before.
// REQUIRES: check_attachable() found nothing against it.
Status load_agent(pid_t pid, const std::string& library,
                  const std::string& words, const Patience& patience = {});

// The process's calls go to where they went before, the agent's thread has
// ended, its memory is given back and the library unloaded. An error says
// what had to stay: the library without its memory, where the service keeps an
// address of it. A process without the library is left alone.
Status unload_agent(pid_t pid, const std::string& library,
                    const Patience& patience = {});

bool has_agent(pid_t pid, const std::string& library);

}  // namespace tidemark::attach
