// Runs a program under the agent and looks at what the agent recorded.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/runtimes/native/segment_reader.h"

namespace tidemark {

// Live blocks by requested size.
using BySize = std::map<std::uint64_t, std::uint64_t>;

struct Finished {
  int status = 0;  // as waitpid gives it
  std::string output;
  std::string errors;
};

// One process (and what it forks) with pipes on stdin, stdout and stderr.
class UnderAgent {
 public:
  // `preload` comes behind the agent in LD_PRELOAD; `environment` is added.
  explicit UnderAgent(std::vector<std::string> command,
                      const std::string& preload = {},
                      std::map<std::string, std::string> environment = {});
  ~UnderAgent();

  // The next line of stdout without its newline; empty at its end. Fails the
  // test if nothing comes for a minute.
  std::string line();

  // The segment of a process, by default the one started.
  std::unique_ptr<SegmentReader> segment(pid_t pid = 0) const;

  pid_t pid() const { return pid_; }
  void write_stdin(const std::string& text);
  void close_stdin();

  // Ends stdin, waits, and collects the rest of the output.
  Finished finish();

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string buffered_;
};

BySize live_by_size(const SegmentReader& segment);

// Runs to its end with and without the agent.
Finished run_bare(const std::vector<std::string>& command,
                  const std::string& input = {});
Finished run_under_agent(const std::vector<std::string>& command,
                         const std::string& input = {});

}  // namespace tidemark
