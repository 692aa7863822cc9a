// A server that plays a process's inspector, one connection at a time.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "drivers/websocket/codec_hybi13.h"
#include "drivers/websocket/server_handshake.h"
#include "harness/base/fd.h"

namespace tidemark::v8_test {

struct FakeInspectorScript {
  // The whole reply to GET /json/list; empty: one with the place "/abc".
  std::string listing{};
  // In place of the reply to the handshake, if it is not empty.
  std::string handshake{};
  // What is said to a message; empty: nothing is.
  std::function<std::vector<std::string>(const std::string& message)> answer{};
  // After so many messages the connection is cut. -1: never.
  int cut_after = -1;
  // A debugger has left.
  std::function<void()> on_leave{};
};

// Lives in a thread of its own until destruction.
class FakeInspector {
 public:
  explicit FakeInspector(FakeInspectorScript script)
      : script_(std::move(script)),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        stop_(::eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address),
           sizeof address);
    ::listen(listener_.get(), 8);
    socklen_t size = sizeof address;
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address),
                  &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeInspector() { join(); }

  std::uint16_t port() const { return port_; }

  // The messages that came. The server ends with it.
  const std::vector<std::string>& heard() {
    join();
    return heard_;
  }

 private:
  void join() {
    if (!thread_.joinable()) return;
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
  }

  // False: it is time to stop.
  bool readable(int socket) const {
    pollfd both[] = {{socket, POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    while (::poll(both, 2, -1) < 0) {
    }
    return both[1].revents == 0;
  }

  void serve() {
    while (readable(listener_.get())) {
      const Fd socket(
          ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (socket) converse(socket.get());
    }
  }

  static void say(int socket, const std::string& text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
      const ssize_t now =
          ::send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (now <= 0) return;
      sent += static_cast<std::size_t>(now);
    }
  }

  void converse(int socket) {
    websocket::CodecPool pool(1);
    websocket::Codec codec(websocket::Role::kServer, pool);
    std::string head;
    bool open = false;
    std::vector<std::uint8_t> buffer(4096);
    while (readable(socket)) {
      const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
      if (got <= 0) {
        if (script_.on_leave) script_.on_leave();
        return;
      }
      std::span<std::uint8_t> bytes(buffer.data(),
                                    static_cast<std::size_t>(got));
      if (!open) {
        head.append(bytes.begin(), bytes.end());
        if (!head.ends_with("\r\n\r\n")) continue;
        if (!greet(socket, head)) return;
        open = true;
        continue;
      }
      if (!take(socket, codec, bytes)) return;
    }
  }

  // False: the conversation is over.
  bool greet(int socket, const std::string& head) const {
    if (head.starts_with("GET /json/list ")) {
      const std::string list =
          R"([{"webSocketDebuggerUrl":"ws://127.0.0.1:1/abc"}])";
      say(socket, script_.listing.empty()
                      ? "HTTP/1.0 200 OK\r\nContent-Length: " +
                            std::to_string(list.size()) + "\r\n\r\n" + list
                      : script_.listing);
      return false;
    }
    if (!script_.handshake.empty()) {
      say(socket, script_.handshake);
      return false;
    }
    websocket::UpgradeRequest request;
    if (websocket::read_upgrade(head, request)) return false;
    std::string reply;
    websocket::append_switching(request, {}, reply);
    say(socket, reply);
    return true;
  }

  bool take(int socket, websocket::Codec& codec,
            std::span<std::uint8_t> bytes) {
    for (;;) {
      const auto message = codec.next(bytes);
      if (!message || !*message) return message.has_value();
      if ((*message)->kind != websocket::MessageKind::kText) return false;
      heard_.emplace_back((*message)->payload);
      if (script_.cut_after >= 0 &&
          heard_.size() > static_cast<std::size_t>(script_.cut_after))
        return false;
      if (!script_.answer) continue;
      std::string wire;
      for (const std::string& text : script_.answer(heard_.back()))
        (void)codec.append(websocket::MessageKind::kText, text, wire);
      say(socket, wire);
    }
  }

  FakeInspectorScript script_;
  Fd listener_;
  Fd stop_;
  std::uint16_t port_ = 0;
  std::vector<std::string> heard_;
  std::thread thread_;
};

// "id" of a call.
inline std::string number_of(const std::string& message) {
  const std::size_t at = message.find("\"id\":") + 5;
  return message.substr(at, message.find(',', at) - at);
}

// An answer with this result.
inline std::string result_of(const std::string& message,
                             const std::string& result) {
  return "{\"id\":" + number_of(message) + ",\"result\":" + result + "}";
}

}  // namespace tidemark::v8_test
