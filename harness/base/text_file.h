// Whole files in and out: reading also what has no size (/proc), writing so
// that a reader sees the old text or the new one and never half of either.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace tidemark {

// The file's bytes. The error is kEnvironment and names path and cause.
Result<std::string> read_file(const std::string& path);

// The same of a file that somebody else has named: a folder, a device or a
// pipe is none, and one of more than `most` bytes is too much.
Result<std::string> read_plain_file(const std::string& path, std::size_t most);

// Writes a temporary file in the same folder and renames it over `path`. On
// an error the temporary file is gone and `path` is as it was.
Status write_file_atomically(const std::string& path, std::string_view text);

}  // namespace tidemark
