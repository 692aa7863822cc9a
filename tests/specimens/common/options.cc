#include "common/options.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace specimen {

Options::Options(int count, char** arguments)
    : count_(count), arguments_(arguments) {}

std::uint16_t Options::port() const {
  const std::uint64_t port = number("port", 0);
  if (port > 65535) {
    std::fprintf(stderr, "--port: not a port\n");
    std::exit(3);
  }
  return static_cast<std::uint16_t>(port);
}

std::uint64_t Options::number(std::string_view name,
                              std::uint64_t otherwise) const {
  std::uint64_t value = otherwise;
  for (int i = 1; i < count_; ++i) {
    std::string_view word(arguments_[i]);
    if (!word.starts_with("--") || !word.substr(2).starts_with(name)) continue;
    word.remove_prefix(2 + name.size());
    if (!word.starts_with('=')) continue;
    word.remove_prefix(1);
    const char* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, value);
    if (error != std::errc() || stop != end) {
      std::fprintf(stderr, "%s: not a number\n", arguments_[i]);
      std::exit(3);
    }
  }
  return value;
}

bool Options::has(std::string_view word) const {
  for (int i = 1; i < count_; ++i) {
    if (word == arguments_[i]) return true;
  }
  return false;
}

}  // namespace specimen
