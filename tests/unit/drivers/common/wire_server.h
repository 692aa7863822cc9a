// A server that does what a test scripts, byte by byte, over TCP, TLS or a
// Unix socket, and keeps what came on each connection and how it ended.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "harness/base/fd.h"

namespace tidemark::wire_test {

using std::chrono::milliseconds;
using Time = std::chrono::steady_clock::time_point;

// So long anything that has to come may take, however slow the machine.
inline constexpr std::chrono::seconds kPatience{20};
// So long nothing must come before it is said that nothing comes.
inline constexpr milliseconds kSilence{150};

enum class End { kFin, kReset, kStillOpen };

inline std::ostream& operator<<(std::ostream& out, End end) {
  static const char* const kWords[] = {"FIN", "RST", "still open"};
  return out << kWords[static_cast<int>(end)];
}

// What is known of a connection when it is over for the server.
struct Record {
  std::string bytes;  // all that came, without its TLS
  End end = End::kStillOpen;
  std::string peer;         // its address
  std::string server_name;  // TLS: SNI
  std::string client_name;  // TLS: the client certificate's common name
  std::string note;         // what the script wanted kept
  bool secured = false;     // TLS: the handshake was completed
  bool blocked = false;     // flood(): the client's window closed
  std::int64_t taken = 0;   // flood(): bytes that the client's kernel has
};

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// The server's end of one connection. Used by its script's thread.
class Peer {
 public:
  Peer(Fd socket, SSL_CTX* tls, int number)
      : socket_(std::move(socket)), number_(number) {
    const timeval limit{kPatience.count(), 0};
    ::setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    const int on = 1;
    ::setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (tls != nullptr) secure(tls);
  }

  int fd() const { return socket_.get(); }
  int number() const { return number_; }  // in order of acceptance, from 0
  bool over() const { return over_; }
  // Its end is not waited for.
  void give_up() { given_up_ = true; }
  bool given_up() const { return given_up_; }
  Record& record() { return record_; }
  const std::string& bytes() const { return record_.bytes; }

  // Reads until there are so many bytes in all; false: it ended before.
  bool read_bytes(std::size_t count) {
    while (bytes().size() < count)
      if (!read_some()) return false;
    return true;
  }

  // Reads until `text` has come behind `from`; where it ends, or npos.
  std::size_t read_until(std::string_view text, std::size_t from = 0) {
    while (true) {
      const std::size_t at = bytes().find(text, from);
      if (at != std::string::npos) return at + text.size();
      if (!read_some()) return std::string::npos;
    }
  }

  bool say(std::string_view words) {
    while (!words.empty() && fd() >= 0) {
      const int sent =
          ssl_ ? SSL_write(ssl_.get(), words.data(),
                           static_cast<int>(words.size()))
               : static_cast<int>(
                     ::send(fd(), words.data(), words.size(), MSG_NOSIGNAL));
      ERR_clear_error();
      if (sent <= 0) return false;
      words.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Sends without end until the client takes no more for a while. Without
  // TLS.
  void flood(std::string_view piece = {kPiece, sizeof(kPiece)},
             milliseconds silence = kSilence) {
    const int small = 16 << 10;
    ::setsockopt(fd(), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    const Time end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
      const std::string_view rest =
          piece.substr(static_cast<std::size_t>(flooded_) % piece.size());
      const ssize_t sent =
          ::send(fd(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) {
        flooded_ += sent;
        continue;
      }
      if (errno != EAGAIN) return;
      pollfd wait{fd(), POLLOUT, 0};
      if (::poll(&wait, 1, static_cast<int>(silence.count())) == 0) {
        record_.blocked = true;
        record_.taken = taken();
        return;
      }
    }
  }

  // Bytes of a flood that the client's kernel has taken.
  std::int64_t taken() const {
    int left = 0;
    ::ioctl(fd(), SIOCOUTQ, &left);
    return flooded_ - left;
  }

  void fin() { ::shutdown(fd(), SHUT_WR); }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    socket_.reset();
    over_ = true;
  }
  // TLS: says that nothing more comes.
  void notify_close() {
    if (ssl_) SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

  // Reads until the client is gone; kStillOpen if nothing happens for
  // `patience`.
  End wait_end(milliseconds patience = kPatience) {
    while (!over_ && fd() >= 0) {
      pollfd wait{fd(), POLLIN, 0};
      const bool held = ssl_ && SSL_pending(ssl_.get()) > 0;
      if (!held && ::poll(&wait, 1, static_cast<int>(patience.count())) == 0)
        break;
      read_some();
    }
    return record_.end;
  }

  // False: FIN, reset or nothing in time.
  bool read_some() {
    if (over_ || fd() < 0) return false;
    char buffer[32 << 10];
    errno = 0;
    const int got =
        ssl_ ? SSL_read(ssl_.get(), buffer, sizeof(buffer))
             : static_cast<int>(::recv(fd(), buffer, sizeof(buffer), 0));
    if (got > 0) {
      record_.bytes.append(buffer, static_cast<std::size_t>(got));
      return true;
    }
    if (errno == EAGAIN) return false;
    over_ = true;
    const int error = errno;
    const int kind = ssl_ ? SSL_get_error(ssl_.get(), got) : 0;
    ERR_clear_error();
    if (kind == SSL_ERROR_ZERO_RETURN) {
      record_.note += "close_notify";
      // What the socket itself says comes behind it.
      ssl_.reset();
      over_ = false;
      return read_some();
    }
    record_.end =
        error == ECONNRESET || error == EPIPE ? End::kReset : End::kFin;
    return false;
  }

 private:
  static constexpr char kPiece[16 << 10] = {};

  void secure(SSL_CTX* tls) {
    ssl_.reset(SSL_new(tls));
    SSL_set_fd(ssl_.get(), fd());
    errno = 0;
    const bool done = SSL_accept(ssl_.get()) == 1;
    const int error = errno;
    if (const char* name =
            SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name))
      record_.server_name = name;
    if (done) {
      record_.secured = true;
      note_client();
      return;
    }
    const char* why = ERR_reason_error_string(ERR_peek_error());
    record_.note = why != nullptr ? why : std::strerror(error);
    ERR_clear_error();
    ssl_.reset();
    if (error == ECONNRESET) {
      over_ = true;
      record_.end = End::kReset;
    }
  }

  void note_client() {
    X509* certificate = SSL_get1_peer_certificate(ssl_.get());
    if (certificate == nullptr) return;
    char name[64] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate),
                              NID_commonName, name, sizeof(name));
    record_.client_name = name;
    X509_free(certificate);
  }

  Fd socket_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  Record record_;
  int number_;
  bool over_ = false;
  bool given_up_ = false;
  std::int64_t flooded_ = 0;
};

using Script = std::function<void(Peer&)>;

struct WireOptions {
  SSL_CTX* tls = nullptr;
  std::string unix_path = {};
  // Not before accept_now(): the backlog fills.
  bool accepts = true;
  int backlog = 512;
};

// Each connection has its script in a thread of its own; after it the
// connection is read to its end, and then closed.
class WireServer {
 public:
  explicit WireServer(Script script, WireOptions options = {})
      : script_(std::move(script)), options_(std::move(options)) {
    options_.unix_path.empty() ? listen_tcp() : listen_unix();
    if (options_.accepts) accept_now();
  }

  ~WireServer() {
    stop_ = true;
    if (acceptor_.joinable()) {
      ::shutdown(listener_.get(), SHUT_RDWR);
      acceptor_.join();
    }
    for (std::thread& thread : threads_) thread.join();
    if (!options_.unix_path.empty()) ::unlink(options_.unix_path.c_str());
  }

  void accept_now() {
    acceptor_ = std::thread([this] { accept_all(); });
  }

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& scheme) const {
    if (!options_.unix_path.empty())
      return scheme + "+unix:" + options_.unix_path;
    return scheme + "://127.0.0.1:" + std::to_string(port_);
  }

  // Those that are over, in order of acceptance; waits for so many.
  std::vector<Record> records(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience,
                                  [&] { return over_.size() >= count; }))
        << over_.size() << " of " << count << " connections have ended";
    std::vector<std::pair<int, Record>> sorted = over_;
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Record> records;
    for (auto& [number, record] : sorted) records.push_back(std::move(record));
    return records;
  }

  // How many were accepted; waits for so many.
  std::size_t accepted(std::size_t count = 0) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(
        changed_.wait_for(lock, kPatience, [&] { return accepted_ >= count; }));
    return accepted_;
  }

  // What scripts and tests wait for from each other.
  void signal(const std::string& event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
    changed_.notify_all();
  }
  void wait_for(const std::string& event, std::ptrdiff_t times = 1) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(
        lock, kPatience,
        [&] {
          return std::count(events_.begin(), events_.end(), event) >= times;
        }))
        << "waited for " << event;
  }

 private:
  void listen_tcp() {
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_.get(), generic, size), 0);
    EXPECT_EQ(::listen(listener_.get(), options_.backlog), 0);
    EXPECT_EQ(::getsockname(listener_.get(), generic, &size), 0);
    port_ = ntohs(address.sin_port);
  }

  void listen_unix() {
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    options_.unix_path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address),
                     sizeof(address)),
              0);
    EXPECT_EQ(::listen(listener_.get(), options_.backlog), 0);
  }

  void accept_all() {
    while (!stop_) {
      sockaddr_storage peer{};
      socklen_t size = sizeof(peer);
      Fd socket(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer),
                          &size, SOCK_CLOEXEC));
      if (!socket) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        return;
      }
      const std::lock_guard lock(mutex_);
      const int number = static_cast<int>(accepted_++);
      changed_.notify_all();
      char text[INET_ADDRSTRLEN] = "";
      ::inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in&>(peer).sin_addr, text,
                  sizeof(text));
      threads_.emplace_back(
          [this, number, from = std::string(text), held = socket.release()] {
            serve(Fd(held), number, from);
          });
    }
  }

  void serve(Fd socket, int number, const std::string& from) {
    // OpenSSL writes with write().
    sigset_t pipe;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    Peer peer(std::move(socket), options_.tls, number);
    peer.record().peer = from;
    script_(peer);
    if (peer.record().end == End::kStillOpen && !peer.given_up())
      peer.wait_end();
    const std::lock_guard lock(mutex_);
    over_.emplace_back(number, peer.record());
    changed_.notify_all();
  }

  Script script_;
  WireOptions options_;
  Fd listener_;
  std::uint16_t port_ = 0;
  std::thread acceptor_;
  std::list<std::thread> threads_;  // by the acceptor, then the destructor
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<int, Record>> over_;
  std::vector<std::string> events_;
  std::size_t accepted_ = 0;
  std::atomic<bool> stop_ = false;
};

// The service's side of a WebSocket handshake, by RFC 6455 §4.2.2 and
// OpenSSL; what came after the request is behind the returned place.
inline std::size_t answer_upgrade(Peer& peer) {
  const std::size_t end = peer.read_until("\r\n\r\n");
  if (end == std::string::npos) return end;
  const std::string_view name = "Sec-WebSocket-Key: ";
  const std::size_t key = peer.bytes().find(name) + name.size();
  const std::string joined =
      peer.bytes().substr(key, 24) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char hash[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(joined.data()), joined.size(),
       hash);
  unsigned char accept[64] = "";
  EVP_EncodeBlock(accept, hash, sizeof(hash));
  peer.say(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
      std::string(reinterpret_cast<char*>(accept)) + "\r\n\r\n");
  return end;
}

// Frames of a client with their masks taken off and set to zero; for those
// shorter than 64 KiB. A frame that is cut off is unmasked as far as it goes.
inline std::string unmasked(std::string frames) {
  std::size_t at = 0;
  while (at + 6 <= frames.size()) {
    std::size_t size = frames[at + 1] & 0x7f;
    std::size_t head = 2;
    if (size == 126) {
      size = static_cast<unsigned char>(frames[at + 2]) * 256u +
             static_cast<unsigned char>(frames[at + 3]);
      head = 4;
    }
    if (at + head + 4 > frames.size()) break;
    char* mask = frames.data() + at + head;
    for (std::size_t i = 0; i < size; ++i) {
      if (at + head + 4 + i >= frames.size()) break;
      mask[4 + i] = static_cast<char>(mask[4 + i] ^ mask[i % 4]);
    }
    std::memset(mask, 0, 4);
    at += head + 4 + size;
  }
  return frames;
}

}  // namespace tidemark::wire_test
