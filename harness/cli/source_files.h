// Source files that records and profiles name.
#pragma once

#include <string>
#include <vector>

namespace tidemark {

// The lines of a file, from the first; none if it cannot be read, is no plain
// file, or is too large for one that somebody has written: anybody can have
// named it.
std::vector<std::string> source_lines(const std::string& file);

}  // namespace tidemark
