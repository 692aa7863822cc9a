#include "harness/cli/metrics_server.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "harness/scenario/address.h"

namespace tidemark {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

// A client that says nothing must not keep the next one waiting.
constexpr std::chrono::seconds kAnswerWithin{1};
constexpr std::chrono::milliseconds kPause{200};
constexpr const char* kContentType =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

class Server final : public MetricsServer {
 public:
  explicit Server(tcp::endpoint endpoint) : acceptor_(context_, endpoint) {
    endpoint_ = acceptor_.local_endpoint();
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~Server() override {
    context_.stop();
    thread_.join();
  }

  void publish(std::string openmetrics) override {
    const std::lock_guard lock(mutex_);
    text_ = std::move(openmetrics);
  }

  std::string address() const override {
    const std::string host = endpoint_.address().to_string();
    const bool v6 = endpoint_.address().is_v6();
    return fmt::format("{}:{}", v6 ? "[" + host + "]" : host, endpoint_.port());
  }

 private:
  using Response = http::response<http::string_body>;

  struct Client {
    explicit Client(tcp::socket socket) : stream(std::move(socket)) {}
    beast::tcp_stream stream;
    beast::flat_buffer buffer;
    http::request<http::empty_body> request;
    Response response;
  };

  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      // No descriptor is left for it, perhaps; there will be.
      if (error) return accept_later();
      answer(std::make_shared<Client>(std::move(socket)));
    });
  }

  void accept_later() {
    pause_.expires_after(kPause);
    pause_.async_wait([this](beast::error_code error) {
      if (!error) accept();
    });
  }

  void answer(const std::shared_ptr<Client>& client) {
    client->stream.expires_after(kAnswerWithin);
    http::async_read(client->stream, client->buffer, client->request,
                     [this, client](beast::error_code error, std::size_t) {
                       if (error) return accept();
                       client->response = response_to(client->request);
                       http::async_write(
                           client->stream, client->response,
                           [this, client](beast::error_code, std::size_t) {
                             beast::error_code ignored;
                             client->stream.socket().shutdown(
                                 tcp::socket::shutdown_both, ignored);
                             accept();
                           });
                     });
  }

  Response response_to(const http::request<http::empty_body>& request) {
    Response response(http::status::ok, request.version());
    response.keep_alive(false);
    const bool reads = request.method() == http::verb::get ||
                       request.method() == http::verb::head;
    if (!is_ours(request[http::field::host])) {
      response.result(http::status::misdirected_request);
    } else if (!reads) {
      response.result(http::status::method_not_allowed);
    } else if (request.target() != "/metrics") {
      response.result(http::status::not_found);
      response.body() = "the figures are at /metrics\n";
    } else {
      const std::lock_guard lock(mutex_);
      if (text_) {
        response.set(http::field::content_type, kContentType);
        response.body() = *text_;
      } else {
        response.result(http::status::service_unavailable);
      }
    }
    response.prepare_payload();
    if (request.method() == http::verb::head) response.body().clear();
    return response;
  }

  // A page of a name that leads here must not read what its browser can: it
  // would say that name.
  static bool is_ours(beast::string_view host) {
    std::string_view name(host.data(), host.size());
    if (name.starts_with('[')) {
      name = name.substr(1, name.find(']') - 1);
    } else {
      name = name.substr(0, name.find(':'));
    }
    return is_loopback_host(name);
  }

  asio::io_context context_{1};
  asio::steady_timer pause_{context_};
  tcp::acceptor acceptor_;
  tcp::endpoint endpoint_;
  std::mutex mutex_;
  std::optional<std::string> text_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<MetricsServer>> serve_metrics(
    const std::string& address) {
  const Result<ServerAddress> parsed = parse_endpoint(address);
  if (!parsed)
    return fail(ErrorKind::kUsage,
                fmt::format("--metrics: {}", parsed.error().message),
                "it is for this machine only, as 127.0.0.1:9464");
  try {
    const std::string host =
        parsed->host == "localhost" ? "127.0.0.1" : parsed->host;
    return std::make_unique<Server>(
        tcp::endpoint(asio::ip::make_address(host), parsed->port));
  } catch (const boost::system::system_error& error) {
    return fail(ErrorKind::kEnvironment,
                fmt::format("--metrics: cannot listen on {}: {}", address,
                            error.code().message()),
                "another program has the port, perhaps");
  }
}

}  // namespace tidemark
