#include "harness/cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "harness/base/text_file.h"
#include "harness/report/record_json.h"

namespace tidemark {
namespace {

constexpr Duration kLineEvery = std::chrono::seconds(10);

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return 80;
  return size.ws_col;
}

}  // namespace

ProgressMode progress_mode(bool quiet) {
  if (quiet) return ProgressMode::kQuiet;
  return isatty(STDERR_FILENO) ? ProgressMode::kTerminal : ProgressMode::kLines;
}

RunObserver::RunObserver(std::string scenario, std::string record_path,
                         ProgressMode mode, Clock& clock)
    : scenario_(std::move(scenario)),
      record_path_(std::move(record_path)),
      mode_(mode),
      clock_(clock) {}

RunObserver::~RunObserver() {
  if (line_open_) fmt::print(stderr, "\r\033[K");
}

void RunObserver::progress(const std::string& text) {
  if (mode_ == ProgressMode::kQuiet) return;
  std::string line = fmt::format("{}: {}", scenario_, text);
  if (mode_ == ProgressMode::kTerminal) {
    line.resize(std::min(line.size(), terminal_width() - 1));
    fmt::print(stderr, "\r\033[K{}", line);
    std::fflush(stderr);
    line_open_ = true;
    return;
  }
  TimePoint now = clock_.now();
  if (last_line_ != TimePoint{} && now - last_line_ < kLineEvery) return;
  last_line_ = now;
  fmt::print(stderr, "{}\n", line);
}

Status RunObserver::keep(const RunRecord& record) {
  if (record_path_.empty()) return {};
  return write_file_atomically(record_path_, to_json(record));
}

}  // namespace tidemark
