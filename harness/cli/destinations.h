// Where a run's results will go, looked at before it: what cannot be written
// there is said at once, and not when the run is over. The errors are
// kEnvironment and name the option.
#pragma once

#include <cstddef>
#include <string>

#include "harness/cli/commands.h"
#include "tidemark/result.h"

namespace tidemark {

// The file can be written as write_file_atomically does it. Nothing is left
// behind. Empty: there is nothing to write.
Status check_file(const std::string& path, const std::string& option);

// The same of a folder that is there, or could be made.
Status check_folder(const std::string& path, const std::string& option);

// Of the report and of the JUnit file.
Status check_outputs(const OutputOptions& options);

// A page is of one record: several would be one behind the other, or the last
// alone in the file of all.
Status check_one_page(const OutputOptions& options, std::size_t records);

// With the folders above it. Empty: none is wanted.
Status make_folder(const std::string& path, const std::string& option);

}  // namespace tidemark
