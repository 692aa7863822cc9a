#include "harness/cli/source_files.h"

#include <sstream>

#include "harness/base/text_file.h"

namespace tidemark {

std::vector<std::string> source_lines(const std::string& file) {
  std::vector<std::string> lines;
  constexpr std::size_t kMost = 16u << 20;
  const Result<std::string> text = read_plain_file(file, kMost);
  if (!text) return lines;
  std::istringstream in(*text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace tidemark
