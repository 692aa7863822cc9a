#include "harness/base/safe_file_name.h"

#include <cctype>

namespace tidemark {

std::string safe_file_name(std::string_view name) {
  std::string safe;
  for (const char c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                       c == '-' || c == '_' || c == '.';
    safe += plain ? c : '-';
  }
  return safe;
}

}  // namespace tidemark
