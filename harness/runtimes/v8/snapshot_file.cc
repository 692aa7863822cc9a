#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/base/fd.h"
#include "harness/runtimes/v8/snapshot_answer.h"
#include "harness/runtimes/v8/snapshot_parser.h"

namespace tidemark {

Result<V8Snapshot> read_snapshot_file(
    const std::string& path,
    const std::function<bool(const std::string& phase)>& progress) {
  const auto failed = [&path] {
    return fail(ErrorKind::kUsage,
                fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  };
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) return failed();
  SnapshotParser parser;
  std::string piece(std::size_t{1} << 20, '\0');
  std::uint64_t done = 0;
  for (std::uint64_t pieces = 0;; ++pieces) {
    const ssize_t bytes = read(file.get(), piece.data(), piece.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return failed();
    if (bytes == 0) break;
    if (const Status fed = parser.feed(
            std::string_view(piece).substr(0, static_cast<std::size_t>(bytes)));
        !fed) {
      Error error = fed.error();
      error.message = fmt::format("{}: {}", path, error.message);
      return fail(std::move(error));
    }
    done += static_cast<std::uint64_t>(bytes);
    constexpr std::uint64_t kPiecesPerCall = 16;
    if (!progress || pieces % kPiecesPerCall != 0 || status.st_size <= 0)
      continue;
    const std::uint64_t part =
        done * 100 / static_cast<std::uint64_t>(status.st_size);
    if (!progress(fmt::format("reading, {} %", part < 100 ? part : 100)))
      return fail(ErrorKind::kInterrupted, "interrupted");
  }
  Result<V8Snapshot> snapshot = parser.finish();
  if (snapshot) return snapshot;
  Error error = std::move(snapshot).error();
  error.message = fmt::format("{}: {}", path, error.message);
  return fail(std::move(error));
}

}  // namespace tidemark
