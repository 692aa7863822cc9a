// Starts one process.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tidemark/result.h"

namespace tidemark {

struct SpawnRequest {
  std::vector<std::string> command;      // never empty; [0] is sought in PATH
  std::vector<std::string> environment;  // "NAME=VALUE", all of it
  std::string directory;                 // empty: ours
  std::string cgroup;  // file to say "0" to before it runs; empty: none
  int output = -1;     // becomes stdout and stderr
};

// Returns when the program runs, or tells exactly why it could not be
// started; then no process is left. The process leads a session of its own,
// reads from /dev/null, has no other descriptor of ours, and is killed when
// the calling *thread* ends: REQUIRES a thread that outlives the process.
Result<pid_t> spawn(const SpawnRequest& request);

}  // namespace tidemark
