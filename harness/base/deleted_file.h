// Paths as the kernel tells them in /proc, of files that may be gone since.
#pragma once

#include <string_view>

namespace tidemark {

// Without the " (deleted)" of a file that was removed or replaced. Pure.
inline std::string_view without_deleted(std::string_view path) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  return path;
}

}  // namespace tidemark
