#include "harness/base/status_file.h"

#include <charconv>

namespace tidemark {

std::uint64_t status_number(std::string_view text, std::string_view key,
                            int base) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with(key) || line.substr(key.size(), 1) != ":") continue;
    line.remove_prefix(key.size() + 1);
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return 0;
    std::uint64_t number = 0;
    std::from_chars(line.data() + begin, line.data() + line.size(), number,
                    base);
    return number;
  }
  return 0;
}

bool has_filters_of_its_own(std::string_view its, std::string_view ours) {
  constexpr std::uint64_t kFilters = 2;
  if (status_number(its, "Seccomp") != kFilters) return false;
  if (status_number(ours, "Seccomp") != kFilters) return true;
  // Linux before 5.9 does not say how many.
  return status_number(its, "Seccomp_filters") >
         status_number(ours, "Seccomp_filters");
}

}  // namespace tidemark
