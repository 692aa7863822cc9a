// Which of the machine's processes belong to the service: whatever its main
// process started, also after a daemon's double fork, a new session and a
// dead parent.
//
// A process belongs to the service when it was seen to before, when it shares
// a session with one of it, descends from one of it, was started with the
// run's mark in its environment, or (while the service starts) became our
// child without our having started it: this process must be a subreaper
// (PR_SET_CHILD_SUBREAPER) for that.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/base/proc_tree.h"

namespace tidemark {

// Processes by pid and start time: a pid that is used again is another one.
using KnownProcesses = std::map<pid_t, std::uint64_t>;

// Used from one thread.
class ServiceProcesses {
 public:
  // `mark` is "NAME=VALUE". Our children of this moment are not the
  // service's.
  explicit ServiceProcesses(std::string mark);

  void add_main(pid_t pid);

  // From now on a child that we do not know is not the service's.
  void stop_adopting() { adopting_ = false; }

  // Looks at the machine anew and takes away ended children of ours that
  // belong to the service, except `main`, whose exit status is still wanted.
  // Returns the live ones, oldest first.
  std::vector<ProcessEntry> look(pid_t main);

 private:
  std::set<pid_t> members_among(const std::vector<ProcessEntry>& all);
  bool is_seed(const ProcessEntry& entry);
  bool is_marked(const ProcessEntry& entry);

  std::string mark_;
  pid_t self_;
  pid_t own_session_;
  bool adopting_ = true;
  KnownProcesses known_;     // the service's
  KnownProcesses unmarked_;  // looked at before: not the service's
  KnownProcesses helpers_;   // children that we had before
  std::set<pid_t> sessions_;
};

// Waits until all have ended, whether or not they are children of ours; true
// if they have.
bool wait_for_end(const std::vector<ProcessEntry>& processes,
                  std::chrono::nanoseconds timeout);

}  // namespace tidemark
