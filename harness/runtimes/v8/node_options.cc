#include "harness/runtimes/v8/node_options.h"

#include <array>

namespace tidemark::v8 {

std::string with_inspector(std::string_view options) {
  static constexpr std::array<std::string_view, 3> kInspectors = {
      "--inspect", "--inspect-brk", "--inspect-wait"};
  // Its address is asked of it, not read: a line of Node's among the service's
  // own would be taken for "it is ready".
  static constexpr std::string_view kPublish = "--inspect-publish-uid";
  bool publishes = false;
  std::size_t at = 0;
  while ((at = options.find_first_not_of(" \t\n", at)) != options.npos) {
    const std::string_view word =
        options.substr(at, options.find_first_of(" \t\n", at) - at);
    const std::string_view name = word.substr(0, word.find('='));
    for (const std::string_view inspector : kInspectors)
      if (name == inspector) return std::string(options);
    publishes = publishes || name == kPublish;
    at += word.size();
  }
  std::string with(options);
  if (!with.empty()) with += ' ';
  with += "--inspect=127.0.0.1:0";
  if (!publishes) with.append(" ").append(kPublish).append("=http");
  return with;
}

}  // namespace tidemark::v8
