#include "harness/target/environment.h"

#include <string_view>

namespace tidemark {

Environment parse_environment(const char* const* entries) {
  Environment environment;
  for (; entries != nullptr && *entries != nullptr; ++entries) {
    const std::string_view entry(*entries);
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return environment;
}

std::vector<std::string> service_environment(
    Environment inherited, const Environment& changes,
    const std::vector<std::string>& preload) {
  for (const auto& [name, value] : changes) inherited[name] = value;
  if (!preload.empty()) {
    std::string objects;
    for (const std::string& object : preload) {
      if (!objects.empty()) objects += ':';
      objects += object;
    }
    std::string& variable = inherited["LD_PRELOAD"];
    if (!variable.empty()) objects += ':';
    variable.insert(0, objects);
  }
  std::vector<std::string> entries;
  for (const auto& [name, value] : inherited) {
    entries.push_back(name + "=" + value);
  }
  return entries;
}

}  // namespace tidemark
