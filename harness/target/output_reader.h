// Reads what the service writes, so that it never waits on a full pipe.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "harness/base/fd.h"

namespace tidemark {

// The last lines of a text that comes in pieces, and whether it held a given
// text. Pure.
class OutputTail {
 public:
  static constexpr std::size_t kLines = 20;
  static constexpr std::size_t kLineLength = 1000;  // longer ones are cut

  // An empty `awaited` is never seen.
  explicit OutputTail(std::string awaited) : awaited_(std::move(awaited)) {}

  void add(std::string_view piece);

  // The last, unfinished line included. Control characters are replaced, as
  // these lines end up on terminals.
  std::vector<std::string> lines() const;
  bool saw_awaited() const { return seen_; }

 private:
  std::string awaited_;
  std::string overlap_;  // the last bytes, in which `awaited_` may begin
  bool seen_ = false;
  std::deque<std::string> lines_;
  std::string unfinished_;
};

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
