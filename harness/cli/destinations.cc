#include "harness/cli/destinations.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "harness/base/fd.h"

namespace tidemark {
namespace {

// 0, or the errno. Rights alone do not say it: /proc lets root do all and
// takes no file.
int why_no_new_file(std::string beside) {
  beside += ".XXXXXX";
  const Fd file(::mkostemp(beside.data(), O_CLOEXEC));
  if (!file) return errno;
  ::unlink(beside.c_str());
  return 0;
}

Status cannot(const char* what, const std::string& path,
              const std::string& option, const std::string& cause) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("cannot {} {}: {}", what, path, cause),
              fmt::format("name another with {}", option));
}

}  // namespace

Status check_file(const std::string& path, const std::string& option) {
  if (path.empty()) return {};
  std::error_code ignored;
  const auto is = std::filesystem::status(path, ignored);
  if (std::filesystem::exists(is) && !std::filesystem::is_regular_file(is))
    return cannot("write", path, option, "it is no plain file");
  if (const int cause = why_no_new_file(path); cause != 0)
    return cannot("write", path, option, strerror(cause));
  return {};
}

Status check_folder(const std::string& path, const std::string& option) {
  if (path.empty()) return {};
  std::filesystem::path there(path);
  std::error_code ignored;
  while (!there.empty() && !std::filesystem::exists(there, ignored))
    there = there.parent_path();
  if (!there.empty() && !std::filesystem::is_directory(there, ignored))
    return cannot("make the folder", path, option, strerror(ENOTDIR));
  if (const int cause = why_no_new_file((there / "tidemark").string());
      cause != 0)
    return cannot("write into the folder", path, option, strerror(cause));
  return {};
}

Status check_outputs(const OutputOptions& options) {
  if (options.format.starts_with("pprof") && options.output.empty() &&
      isatty(STDOUT_FILENO))
    return fail(ErrorKind::kUsage, "a profile is no text for a terminal",
                "write it to a file: -o heap.pb.gz");
  if (options.format == "html" && options.output.empty() &&
      isatty(STDOUT_FILENO))
    return fail(ErrorKind::kUsage, "a page is no text for a terminal",
                "write it to a file, and open that in a browser: -o page.html");
  TIDEMARK_TRY(check_file(options.output, "-o"));
  return check_file(options.junit, "--junit");
}

Status check_one_page(const OutputOptions& options, std::size_t records) {
  if (options.format != "html" || records < 2) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("a page is of one record, and there are {}", records),
              "make a page of each; two versions on one page: tidemark compare "
              "--format html");
}

Status make_folder(const std::string& path, const std::string& option) {
  if (path.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return cannot("make the folder", path, option, error.message());
  return {};
}

}  // namespace tidemark
