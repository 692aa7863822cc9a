#include "harness/cli/output.h"

#include <errno.h>
#include <fmt/format.h>
#include <string.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "harness/base/text_file.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/wiring.h"

namespace tidemark {
namespace {

Status write_one(const RunRecord& record, const OutputOptions& options,
                 const std::string& format, const std::string& path) {
  Result<std::unique_ptr<Reporter>> reporter = make_reporter(format);
  TIDEMARK_TRY(reporter);
  if (format.starts_with("pprof") && path.empty() && isatty(STDOUT_FILENO))
    return fail(ErrorKind::kUsage, "a profile is no text for a terminal",
                "write it to a file: -o heap.pb.gz");
  return write_text((*reporter)->render(record, style_for(options)), path);
}

}  // namespace

ReportStyle style_for(const OutputOptions& options) {
  ReportStyle style;
  const char* no_colour = std::getenv("NO_COLOR");
  style.colour = options.output.empty() && !options.no_colour &&
                 isatty(STDOUT_FILENO) && !(no_colour && *no_colour);
  style.all_frames = options.all_frames;
  return style;
}

Status write_text(const std::string& text, const std::string& path) {
  if (!path.empty()) return write_file_atomically(path, text);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
      std::fflush(stdout) != 0)
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot write the report: {}", strerror(errno)));
  return {};
}

Status write_report(const RunRecord& record, const OutputOptions& options) {
  TIDEMARK_TRY(write_one(record, options, options.format, options.output));
  if (options.junit.empty()) return {};
  return write_one(record, options, "junit", options.junit);
}

int print_error(const Error& error) {
  fmt::print(stderr, "tidemark: {}\n", error.message);
  if (!error.hint.empty()) fmt::print(stderr, "  {}\n", error.hint);
  return exit_code(error.kind);
}

}  // namespace tidemark
