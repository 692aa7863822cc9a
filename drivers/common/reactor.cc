#include "drivers/common/reactor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace tidemark {

Result<Reactor> Reactor::make() {
  Reactor reactor;
  reactor.epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!reactor.epoll_)
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot start the driver: epoll_create1: {}",
                            std::strerror(errno)),
                "if descriptors are short, raise the limit: ulimit -n 4096");
  return reactor;
}

bool Reactor::add(int fd, std::uint64_t token, bool writable) {
  epoll_event wanted{};
  wanted.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
  if (writable) wanted.events |= EPOLLOUT;
  wanted.data.u64 = token;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) == 0;
}

bool Reactor::watch_write(int fd, std::uint64_t token) {
  epoll_event wanted{};
  wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  wanted.data.u64 = token;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &wanted) == 0;
}

bool Reactor::add_level(int fd, std::uint64_t token) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.u64 = token;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) == 0;
}

std::span<const epoll_event> Reactor::wait(Duration patience) {
  const Duration span = std::max(patience, Duration{});
  timespec limit{};
  limit.tv_sec = span / std::chrono::seconds(1);
  limit.tv_nsec = (span % std::chrono::seconds(1)).count();
  int count = ::epoll_pwait2(epoll_.get(), events_.data(),
                             static_cast<int>(events_.size()), &limit, nullptr);
  if (count < 0 && errno == ENOSYS) {
    const auto whole =
        std::chrono::ceil<std::chrono::milliseconds>(span).count();
    count = ::epoll_wait(
        epoll_.get(), events_.data(), static_cast<int>(events_.size()),
        static_cast<int>(std::min<std::int64_t>(whole, 60'000)));
  }
  return {events_.data(), static_cast<std::size_t>(std::max(count, 0))};
}

}  // namespace tidemark
