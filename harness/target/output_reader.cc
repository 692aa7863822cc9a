#include "harness/target/output_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>

namespace tidemark {
namespace {

constexpr std::size_t kReadAtOnce = 64 * 1024;

}  // namespace

OutputReader::OutputReader(Fd pipe, std::string awaited, int copy_to)
    : pipe_(std::move(pipe)),
      finish_(::eventfd(0, EFD_CLOEXEC)),
      copy_to_(copy_to),
      tail_(std::move(awaited)) {
  // Our end only: the service's end stays as programs expect it.
  ::fcntl(pipe_.get(), F_SETFL, ::fcntl(pipe_.get(), F_GETFL) | O_NONBLOCK);
  thread_ = std::thread([this] { run(); });
}

OutputReader::~OutputReader() { finish(); }

std::vector<std::string> OutputReader::lines() const {
  const std::lock_guard lock(mutex_);
  return tail_.lines();
}

bool OutputReader::saw_awaited() const {
  const std::lock_guard lock(mutex_);
  return tail_.saw_awaited();
}

void OutputReader::finish() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  const ssize_t ignored = ::write(finish_.get(), &one, sizeof one);
  static_cast<void>(ignored);
  thread_.join();
}

void OutputReader::run() {
  std::array<pollfd, 2> waits{pollfd{pipe_.get(), POLLIN, 0},
                              pollfd{finish_.get(), POLLIN, 0}};
  while (true) {
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
    const bool finishing = waits[1].revents != 0;
    // A process that writes without end must not keep us: when finishing,
    // a pipe's worth is all that can have been written before.
    constexpr int kPipeReads = 1 + (1 << 20) / kReadAtOnce;
    for (int i = 0; i < (finishing ? kPipeReads : 1); ++i) {
      if (!read_some()) {
        if (finishing) return;
        break;
      }
    }
    if (finishing) return;
    // At the end of the pipe poll() would return at once for ever.
    if ((waits[0].revents & POLLHUP) != 0 && !read_some()) waits[0].fd = -1;
  }
}

// False when nothing was there.
bool OutputReader::read_some() {
  std::array<char, kReadAtOnce> buffer;
  const ssize_t got = ::read(pipe_.get(), buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;
  const std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
  {
    const std::lock_guard lock(mutex_);
    tail_.add(piece);
  }
  std::string_view left = piece;
  while (copy_to_ >= 0 && !left.empty()) {
    const ssize_t written = ::write(copy_to_, left.data(), left.size());
    if (written < 0 && errno != EINTR) break;
    left.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace tidemark
