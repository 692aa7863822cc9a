#include "harness/runtimes/jvm/hprof_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tidemark::jvm {

std::uint64_t big_endian(const std::byte* from, std::size_t bytes) {
  std::uint64_t value = 0;
  if (bytes == 8) {
    std::memcpy(&value, from, 8);
    return __builtin_bswap64(value);
  }
  if (bytes == 4) {
    std::uint32_t small = 0;
    std::memcpy(&small, from, 4);
    return __builtin_bswap32(small);
  }
  for (std::size_t i = 0; i < bytes; ++i)
    value = value << 8 | std::to_integer<std::uint64_t>(from[i]);
  return value;
}

Result<HprofStream> HprofStream::open(const std::string& path) {
  // Not to wait for a pipe's other end.
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0)
    return fail(ErrorKind::kEnvironment,
                fmt::format("{}: {}", path, std::strerror(errno)),
                "wanted a heap dump of a JVM, which may be read");
  if (!S_ISREG(status.st_mode))
    return fail(
        ErrorKind::kEnvironment,
        fmt::format("{}: wanted a heap dump, and this is no file", path),
        "a dump is read twice: keep it in a plain file");
  (void)posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return HprofStream(std::move(file),
                     static_cast<std::uint64_t>(status.st_size));
}

void HprofStream::fail_here() { good_ = false; }

bool HprofStream::fill(std::size_t bytes) {
  if (!good_) return false;
  if (window_.empty())
    window_.resize(std::min<std::uint64_t>(kWindow, size_ + 1));
  if (size_ - std::min(size_, position()) < bytes) {
    fail_here();
    return false;
  }
  if (move_ && !move_(position())) {
    stopped_ = true;
    fail_here();
    return false;
  }
  std::memmove(window_.data(), window_.data() + at_, end_ - at_);
  begin_ += at_;
  end_ -= at_;
  at_ = 0;
  while (end_ < bytes) {
    const ssize_t got =
        pread(file_.get(), window_.data() + end_, window_.size() - end_,
              static_cast<off_t>(begin_ + end_));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      // A file that was cut since is one that ends early.
      if (got < 0) complaint_ = std::strerror(errno);
      fail_here();
      return false;
    }
    end_ += static_cast<std::size_t>(got);
  }
  return true;
}

const std::byte* HprofStream::peek(std::size_t bytes) {
  if (end_ - at_ < bytes && !fill(bytes)) return nullptr;
  return good_ ? window_.data() + at_ : nullptr;
}

const std::byte* HprofStream::take(std::size_t bytes) {
  const std::byte* const here = peek(bytes);
  if (here) at_ += bytes;
  return here;
}

std::uint64_t HprofStream::number(std::size_t bytes) {
  const std::byte* const here = take(bytes);
  return here ? big_endian(here, bytes) : 0;
}

void HprofStream::skip(std::uint64_t bytes) {
  if (!good_) return;
  if (bytes <= end_ - at_) {
    at_ += static_cast<std::size_t>(bytes);
    return;
  }
  if (bytes > size_ - std::min(size_, position())) {
    fail_here();
    return;
  }
  begin_ = position() + bytes;
  at_ = end_ = 0;
  if (move_ && !move_(begin_)) {
    stopped_ = true;
    fail_here();
  }
}

void HprofStream::seek(std::uint64_t position) {
  good_ = !stopped_ && position <= size_;
  if (position >= begin_ && position <= begin_ + end_) {
    at_ = static_cast<std::size_t>(position - begin_);
    return;
  }
  begin_ = position;
  at_ = end_ = 0;
}

}  // namespace tidemark::jvm
