// Reads what the service writes, so that it never waits on a full pipe.
#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "harness/base/fd.h"
#include "harness/base/output_tail.h"

namespace tidemark {

// Owns the pipe's read end and a thread that reads it. The functions may be
// called from any thread.
class OutputReader {
 public:
  // Everything is also written to `copy_to` (borrowed) unless that is -1.
  OutputReader(Fd pipe, std::string awaited, int copy_to);
  ~OutputReader();
  OutputReader(const OutputReader&) = delete;
  OutputReader& operator=(const OutputReader&) = delete;

  std::vector<std::string> lines() const;
  bool saw_awaited() const;

  // Takes in all that has been written so far and ends the thread: to be
  // called when the service has ended. A process that still holds the other
  // end does not keep it waiting.
  void finish();

 private:
  void run();
  bool read_some();

  Fd pipe_;
  Fd finish_;  // readable when the thread shall end
  int copy_to_;
  mutable std::mutex mutex_;
  OutputTail tail_;
  std::thread thread_;
};

}  // namespace tidemark
