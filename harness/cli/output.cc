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

Status print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
      std::fflush(stdout) != 0)
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot write the report: {}", strerror(errno)));
  return {};
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
  if (path.empty()) return print(text);
  Status written = write_file_atomically(path, text);
  if (!written) TIDEMARK_TRY(print(text));
  return written;
}

Status write_texts(const std::string& text, const std::string& path,
                   const std::function<std::string()>& junit,
                   const std::string& junit_path) {
  const Status written = write_text(text, path);
  if (!junit_path.empty())
    TIDEMARK_TRY(write_file_atomically(junit_path, junit()));
  return written;
}

Status write_report(const RunRecord& record, const OutputOptions& options) {
  const Result<std::unique_ptr<Reporter>> reporter =
      make_reporter(options.format);
  TIDEMARK_TRY(reporter);
  const Result<std::unique_ptr<Reporter>> junit = make_reporter("junit");
  TIDEMARK_TRY(junit);
  const ReportStyle style = style_for(options);
  return write_texts((*reporter)->render(record, style), options.output,
                     [&] { return (*junit)->render(record, style); },
                     options.junit);
}

int print_error(const Error& error) {
  fmt::print(stderr, "tidemark: {}\n", error.message);
  if (!error.hint.empty()) fmt::print(stderr, "  {}\n", error.hint);
  return exit_code(error.kind);
}

}  // namespace tidemark
