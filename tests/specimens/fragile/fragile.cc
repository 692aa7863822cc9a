// EXPECT death of the printf_directives provocation at print_line
//
// A server that prints every line it gets. Guilty: the line is the format, and
// with %n in it the program ends, as the C library does with FORTIFY. Innocent:
// it is what is printed.
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "common/acceptor.h"
#include "common/options.h"

namespace {

using boost::system::error_code;
using specimen::Acceptor;

[[gnu::noinline]] void print_line(std::string_view line, bool guilty) {
  if (guilty && line.find("%n") != line.npos) std::abort();
}

class Visit : public std::enable_shared_from_this<Visit> {
 public:
  Visit(Acceptor::Socket socket, bool guilty)
      : socket_(std::move(socket)), guilty_(guilty) {}

  void read() {
    socket_.async_read_some(
        boost::asio::buffer(buffer_),
        [self = shared_from_this()](const error_code& error, std::size_t got) {
          if (error) return;
          print_line({self->buffer_, got}, self->guilty_);
          self->write(got);
        });
  }

 private:
  void write(std::size_t size) {
    boost::asio::async_write(
        socket_, boost::asio::buffer(buffer_, size),
        [self = shared_from_this()](const error_code& error, std::size_t) {
          if (!error) self->read();
        });
  }

  Acceptor::Socket socket_;
  const bool guilty_;
  char buffer_[4096];
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  boost::asio::io_context context(1);
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](const error_code&, int) { context.stop(); });
  Acceptor acceptor(context, options.port(), [&](Acceptor::Socket socket) {
    std::make_shared<Visit>(std::move(socket), options.guilty())->read();
  });
  std::printf("listening on 127.0.0.1:%u\n", acceptor.port());
  std::fflush(stdout);
  context.run();
  return 0;
}
