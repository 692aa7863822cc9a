// A program that is started as it is, for the agent to come to later.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tidemark {

class BareProcess {
 public:
  explicit BareProcess(const std::vector<std::string>& command);
  ~BareProcess();  // ends it by SIGKILL if it runs still
  BareProcess(const BareProcess&) = delete;
  BareProcess& operator=(const BareProcess&) = delete;

  pid_t pid() const { return pid_; }

  // Writes a line and returns the answer's line.
  std::string ask(const std::string& line);

  std::string read_line();

  // Ends its input; what waitpid() gives.
  int finish();

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
};

}  // namespace tidemark
