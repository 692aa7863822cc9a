// Files that a scenario names beside itself.
#pragma once

#include <string>

namespace tidemark {

// `path` as seen from the folder of the file `scenario_path`; absolute paths
// stay as they are.
inline std::string beside(const std::string& scenario_path,
                          const std::string& path) {
  const std::size_t slash = scenario_path.rfind('/');
  if (path.empty() || path.front() == '/' || slash == std::string::npos)
    return path;
  return scenario_path.substr(0, slash + 1) + path;
}

}  // namespace tidemark
