// Takes connections on a loopback port, one after the other, until its
// context is stopped.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

namespace specimen {

// Who says nothing for a second is asked by the kernel whether he is there.
inline void notice_vanished_peers(int socket) {
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  for (const int what : {TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT})
    setsockopt(socket, IPPROTO_TCP, what, &on, sizeof on);
}

class Acceptor {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  // Throws if the port is taken; 0: any that is free.
  Acceptor(boost::asio::io_context& context, std::uint16_t port,
           std::function<void(Socket)> came)
      : acceptor_(context, {boost::asio::ip::address_v4::loopback(), port}),
        again_(context),
        came_(std::move(came)) {
    accept();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept() {
    acceptor_.async_accept(
        [this](const boost::system::error_code& error, Socket socket) {
          if (error == boost::asio::error::operation_aborted) return;
          if (error) {
            // Out of descriptors: better in a moment than in a busy loop.
            again_.expires_after(std::chrono::milliseconds(10));
            again_.async_wait([this](const boost::system::error_code& stopped) {
              if (!stopped) accept();
            });
            return;
          }
          boost::system::error_code ignored;
          socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
          notice_vanished_peers(socket.native_handle());
          came_(std::move(socket));
          accept();
        });
  }

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer again_;
  std::function<void(Socket)> came_;
};

}  // namespace specimen
