// libtidemark_attached.so into a running process, and out of it again.
#pragma once

#include <sys/types.h>

#include <string>

#include "tidemark/result.h"

namespace tidemark::attach {

// Loads the library and lets it redirect the process's calls. `words`: its
// options, see agent::kOptionsVariable. After an error the process is as it
// was before.
// REQUIRES: check_attachable() found nothing against it.
Status load_agent(pid_t pid, const std::string& library,
                  const std::string& words);

// The process's calls go to where they went before, the agent's thread has
// ended, its memory is given back and the library unloaded. An error says
// what had to stay. A process without the library is left alone.
Status unload_agent(pid_t pid, const std::string& library);

bool has_agent(pid_t pid, const std::string& library);

}  // namespace tidemark::attach
