// The command line of every specimen: --port=N, --guilty or --innocent, and
// numbers of its own (--read-buffer=16384).
#pragma once

#include <cstdint>
#include <string_view>

namespace specimen {

class Options {
 public:
  Options(int count, char** arguments);

  // True for --guilty. Without it a specimen is innocent.
  bool guilty() const { return has("--guilty"); }

  // 0, a free one, if not given.
  std::uint16_t port() const;

  // The N of --NAME=N, or `otherwise`. Ends the program when it is no number.
  std::uint64_t number(std::string_view name, std::uint64_t otherwise) const;

 private:
  bool has(std::string_view word) const;

  int count_;
  char** arguments_;
};

}  // namespace specimen
