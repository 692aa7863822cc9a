// A server of pages on this machine, for one test.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "drivers/common/transport.h"

namespace tidemark::go {

// A server whose every connection is answered by a function: request in,
// bytes out; then it closes, unless it is told to hang, or to send `endless`
// again and again.
class PageServer {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  explicit PageServer(Answer answer, bool hangs = false,
                      std::string socket_path = {}, SSL_CTX* tls = nullptr,
                      std::string endless = {})
      : answer_(std::move(answer)),
        hangs_(hangs),
        path_(std::move(socket_path)),
        tls_(tls),
        endless_(std::move(endless)) {
    if (path_.empty())
      listen_tcp();
    else
      listen_unix();
    EXPECT_EQ(::listen(listener_.get(), 8), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~PageServer() {
    ending_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  std::string url() const {
    if (!path_.empty()) return "unix:" + path_;
    return fmt::format("http{}://127.0.0.1:{}/debug/pprof/", tls_ ? "s" : "",
                       port_);
  }

 private:
  void listen_tcp() {
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_.get(), raw, size), 0);
    EXPECT_EQ(::getsockname(listener_.get(), raw, &size), 0);
    port_ = ntohs(address.sin_port);
  }

  void listen_unix() {
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address),
                     sizeof address),
              0);
  }

  // Until there is something to read; false once the test is over.
  bool wait(const Transport& peer) const {
    while (!ending_) {
      pollfd ready{peer.fd(), POLLIN, 0};
      if (::poll(&ready, 1, 10) > 0) return true;
    }
    return false;
  }

  void serve() {
    while (true) {
      Fd socket(::accept(listener_.get(), nullptr, nullptr));
      if (!socket) return;
      Transport peer(std::move(socket));
      if (tls_ != nullptr) {
        SslHandle ssl(SSL_new(tls_));
        SSL_set_fd(ssl.get(), peer.fd());
        SSL_set_accept_state(ssl.get());
        peer.secure(std::move(ssl));
        if (peer.secure_up().state != IoResult::State::kSome) continue;
      }
      std::string request;
      std::array<std::uint8_t, 4096> piece;
      while (request.find("\r\n\r\n") == std::string::npos) {
        const IoResult got = peer.read(piece);
        if (got.state == IoResult::State::kNotNow && wait(peer)) continue;
        if (got.state != IoResult::State::kSome) break;
        request.append(reinterpret_cast<const char*>(piece.data()), got.count);
      }
      if (request.empty()) continue;
      std::string bytes = answer_(request);
      while (!bytes.empty() && !ending_) {
        const IoResult sent = peer.write(bytes);
        if (sent.state == IoResult::State::kSome) bytes.erase(0, sent.count);
        if (sent.state == IoResult::State::kFailed) break;
        if (bytes.empty()) bytes = endless_;
      }
      if (hangs_) (void)wait(peer);
      peer.close();
    }
  }

  Answer answer_;
  bool hangs_ = false;
  std::string path_;
  SSL_CTX* tls_;
  std::string endless_;
  std::uint16_t port_ = 0;
  Fd listener_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

inline std::string ok(const std::string& body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}",
                     body.size(), body);
}

}  // namespace tidemark::go
