// A name from outside as a part of a file's name.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

// Letters, digits, `-`, `_` and `.` as they are, anything else as `-`.
std::string safe_file_name(std::string_view name);

}  // namespace tidemark
