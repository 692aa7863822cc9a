#include "drivers/standin/standin.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "drivers/standin/server.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kListener = UINT64_MAX;
constexpr std::uint64_t kStop = UINT64_MAX - 1;
constexpr int kBacklog = 4096;

TimePoint now() {
  return std::chrono::time_point_cast<Duration>(
      std::chrono::steady_clock::now());
}

tl::unexpected<Error> no_port(const std::string& name) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("the stand-in `{}` has no port to listen on: {}",
                          name, std::strerror(errno)),
              "if descriptors are short, raise the limit: ulimit -n 4096");
}

class ThreadedStandIn final : public StandIn {
 public:
  ThreadedStandIn(const StandInSpec& spec, Reactor reactor,
                  std::unique_ptr<standin::Server> server)
      : name_(spec.name),
        reactor_(std::move(reactor)),
        server_(std::move(server)) {}

  ~ThreadedStandIn() override {
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t told =
        ::write(stop_.get(), &one, sizeof(one));
    thread_.join();
  }

  Status begin() {
    listener_.reset(
        ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (!listener_ || ::bind(listener_.get(), generic, size) != 0 ||
        ::listen(listener_.get(), kBacklog) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0)
      return no_port(name_);
    port_ = ntohs(address.sin_port);
    stop_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!stop_ || !reactor_.add_level(listener_.get(), kListener) ||
        !reactor_.add_level(stop_.get(), kStop))
      return no_port(name_);
    try {
      thread_ = std::thread([this] { serve(); });
    } catch (const std::system_error& error) {
      return fail(ErrorKind::kEnvironment,
                  fmt::format("the stand-in `{}` has no thread: {}", name_,
                              error.what()));
    }
    return {};
  }

  const std::string& name() const override { return name_; }
  std::uint16_t port() const override { return port_; }

  StandInCounts counts() const override {
    const std::lock_guard lock(mutex_);
    return server_->counts();
  }

  std::vector<StandInConnection> open_connections(
      std::size_t limit) const override {
    const std::lock_guard lock(mutex_);
    return server_->open_connections(limit);
  }

 private:
  void serve() {
    TimePoint next = TimePoint::max();
    while (true) {
      const Duration patience =
          next == TimePoint::max() ? std::chrono::hours(1) : next - now();
      const std::span<const epoll_event> events = reactor_.wait(patience);
      const std::lock_guard lock(mutex_);
      const TimePoint at = now();
      for (const epoll_event& event : events) {
        if (event.data.u64 == kStop) return;
        if (event.data.u64 == kListener)
          accept_all(at);
        else
          server_->on_event(event.data.u64, event.events, reactor_, at);
      }
      next = server_->run_due(reactor_, at);
    }
  }

  void accept_all(TimePoint at) {
    while (true) {
      Fd socket(::accept4(listener_.get(), nullptr, nullptr,
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket) {
        server_->accept(std::move(socket), reactor_, at);
        continue;
      }
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EMFILE || errno == ENFILE) {
        server_->trouble("no descriptor is left to accept with");
        // The listener stays readable: without a pause this would spin.
        ::usleep(1000);
      }
      return;
    }
  }

  const std::string name_;
  Reactor reactor_;
  std::unique_ptr<standin::Server> server_;
  mutable std::mutex mutex_;
  Fd listener_;
  Fd stop_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<StandIn>> make_standin(
    const StandInSpec& spec, std::unique_ptr<StandInProtocol> protocol) {
  std::optional<TlsContext> tls;
  if (!spec.certificate_file.empty()) {
    Result<TlsContext> made =
        TlsContext::server(spec.certificate_file, spec.key_file);
    TIDEMARK_TRY(made);
    tls = *std::move(made);
  }
  Result<Reactor> reactor = Reactor::make();
  TIDEMARK_TRY(reactor);
  auto server = std::make_unique<standin::Server>(spec, std::move(protocol),
                                                  std::move(tls), now());
  auto made = std::make_unique<ThreadedStandIn>(spec, *std::move(reactor),
                                                std::move(server));
  TIDEMARK_TRY(made->begin());
  return made;
}

}  // namespace tidemark
