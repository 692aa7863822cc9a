#include "harness/base/text_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "harness/base/fd.h"

namespace tidemark {
namespace {

constexpr std::size_t kReadAtOnce = 64 * 1024;

tl::unexpected<Error> cannot(const char* what, const std::string& path,
                             int cause, std::string hint = {}) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("cannot {} {}: {}", what, path, std::strerror(cause)),
              std::move(hint));
}

// 0, or the errno of the write that failed.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

Result<std::string> read_all(const Fd& file, const std::string& path,
                             std::size_t most) {
  std::string text;
  std::array<char, kReadAtOnce> buffer;
  while (true) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot("read", path, errno);
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > most) return cannot("read", path, EFBIG);
  }
}

// mkostemp makes private files; the result shall be as open(…, 0666) makes
// it. The umask can only be read from /proc without changing it for a moment
// for all threads.
mode_t usual_mode() {
  const Result<std::string> status = read_file("/proc/self/status");
  if (!status) return 0644;
  const std::size_t at = status->find("\nUmask:");
  if (at == std::string::npos) return 0644;
  const unsigned long mask = std::strtoul(status->c_str() + at + 7, nullptr, 8);
  return 0666 & ~static_cast<mode_t>(mask);
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return cannot("read", path, errno);
  return read_all(file, path, std::numeric_limits<std::size_t>::max());
}

Result<std::string> read_plain_file(const std::string& path, std::size_t most) {
  // Opening a pipe waits for who writes, and a terminal may become ours.
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return cannot("read", path, errno);
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return cannot("read", path, errno);
  if (!S_ISREG(about.st_mode)) return cannot("read", path, EINVAL);
  return read_all(file, path, most);
}

Status write_file_atomically(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";
  Fd file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) {
    return cannot("write", path, errno,
                  "the folder must exist and be writable");
  }
  int cause = write_all(file.get(), text);
  if (cause == 0 && ::fchmod(file.get(), usual_mode()) != 0) cause = errno;
  if (cause == 0 && ::fsync(file.get()) != 0) cause = errno;
  file.reset();
  if (cause == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) {
    cause = errno;
  }
  if (cause != 0) {
    ::unlink(temporary.c_str());
    return cannot("write", path, cause);
  }
  return {};
}

}  // namespace tidemark
