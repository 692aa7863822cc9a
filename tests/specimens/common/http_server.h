// A small HTTP/1.1 front on one thread: GET with keep-alive and pipelining,
// no bodies from the client. Its own memory per connection is freed when the
// connection ends, so that whatever stays is the specimen's.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace specimen {

// To be called once, at once or later; after the client has left it does
// nothing.
using Reply = std::function<void(int status, const std::string& body)>;

// A client's connection. It is destroyed when the client has left.
class HttpVisitor {
 public:
  virtual ~HttpVisitor() = default;
  // The next request comes when this one is answered.
  virtual void get(const std::string& path, Reply reply) = 0;
};

class HttpService {
 public:
  virtual ~HttpService() = default;
  virtual std::unique_ptr<HttpVisitor> visit(boost::asio::io_context&) = 0;
  // The line that is printed first, by retainer_line(); empty: nothing stays.
  virtual std::string retainer() const { return {}; }
  // The line that is printed at the end.
  virtual std::string truth() const = 0;
};

// Listens on 127.0.0.1 (port 0: a free one), prints the retainer and
// `listening on 127.0.0.1:PORT`, serves until SIGTERM or SIGINT, prints the
// truth. Returns the exit code.
int serve_http(std::uint16_t port, HttpService& service);

}  // namespace specimen
