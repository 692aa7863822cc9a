// The last lines of what a program writes, for the message that tells why it
// failed.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

}  // namespace tidemark
