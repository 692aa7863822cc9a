// EXPECT leak 208 bytes in 1 objects per failed TLS handshake at note_failure
//
// An echo server over TLS that writes down each handshake that fails. Guilty:
// the note is kept for ever. Innocent: it is dropped once it is made. Clients
// that shake hands leave nothing in either, however they go afterwards.
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/acceptor.h"
#include "common/descriptor_pool.h"
#include "common/options.h"
#include "common/retainer.h"
#include "common/ws_server.h"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using specimen::ConnectionId;

struct Failure {
  ConnectionId connection;
  char text[200];
};

// Taken at the start, so that a note itself is all that a failure can leave.
constexpr std::size_t kFailures = 1'000'000;

std::vector<std::unique_ptr<Failure>> failures;

[[gnu::noinline]] void note_failure(ConnectionId id) {
  failures.emplace_back(new Failure{id, "a client that cannot speak TLS"});
}

class Notebook {
 public:
  explicit Notebook(bool guilty) : guilty_(guilty) {
    failures.reserve(kFailures);
  }

  void failed(ConnectionId id) {
    if (failures.size() == kFailures) return;
    note_failure(id);
    if (!guilty_) failures.pop_back();
    ++failed_;
  }
  std::string retainer() const {
    if (!guilty_) return {};
    return specimen::retainer_line({.root_kind = "global",
                                    .root = "(anonymous namespace)::failures",
                                    .through = {"vector"}});
  }
  std::string truth() const {
    return specimen::truth_line(
        failures.size() * sizeof(Failure), failures.size(),
        "kept by " + std::to_string(failed_) + " failed handshakes");
  }

 private:
  bool guilty_;
  std::uint64_t failed_ = 0;
};

// One connection: a handshake, an echo of all that comes, an end in the order
// of TLS if the client wants one.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, asio::ssl::context& tls, ConnectionId id,
          Notebook& notebook)
      : stream_(std::move(socket), tls), id_(id), notebook_(notebook) {}

  void start() {
    stream_.async_handshake(
        asio::ssl::stream_base::server,
        [self = shared_from_this()](const error_code& error) {
          if (!error) {
            self->read();
          } else if (error != asio::error::operation_aborted) {
            self->notebook_.failed(self->id_);
          }
          ERR_clear_error();
        });
  }

 private:
  void read() {
    stream_.async_read_some(
        asio::buffer(chunk_),
        [self = shared_from_this()](const error_code& error, std::size_t size) {
          if (!error) {
            self->write(size);
          } else if (error == asio::error::eof) {
            self->say_goodbye();
          }
          ERR_clear_error();
        });
  }

  void write(std::size_t size) {
    asio::async_write(
        stream_, asio::buffer(chunk_.data(), size),
        [self = shared_from_this()](const error_code& error, std::size_t) {
          if (!error) self->read();
        });
  }

  void say_goodbye() {
    stream_.async_shutdown(
        [self = shared_from_this()](const error_code&) { ERR_clear_error(); });
  }

  asio::ssl::stream<tcp::socket> stream_;
  ConnectionId id_;
  Notebook& notebook_;
  std::array<char, 4096> chunk_;
};

// A key and a certificate of this service's own, which nobody has to trust.
void certify(asio::ssl::context& tls) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(),
                                                                &X509_free);
  X509* const x509 = certificate.get();
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), 0);
  X509_gmtime_adj(X509_getm_notAfter(x509), 24 * 60 * 60);
  X509_set_pubkey(x509, key.get());
  X509_NAME* const name = X509_get_subject_name(x509);
  const std::string host = "localhost";
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  X509_sign(x509, key.get(), EVP_sha256());
  SSL_CTX_use_certificate(tls.native_handle(), x509);
  SSL_CTX_use_PrivateKey(tls.native_handle(), key.get());
}

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  Notebook notebook(options.guilty());
  try {
    asio::ssl::context tls(asio::ssl::context::tls_server);
    // Sessions that could be resumed would stay, and be no fault.
    SSL_CTX_set_session_cache_mode(tls.native_handle(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(tls.native_handle(), 0);
    certify(tls);
    asio::io_context context(1);
    // Handshakes that hang make it a different number in every run.
    specimen::fill_descriptor_pool(context);
    ConnectionId last_id = 0;
    const specimen::Acceptor server(
        context, options.port(), [&](tcp::socket socket) {
          std::make_shared<Session>(std::move(socket), tls, ++last_id, notebook)
              ->start();
        });
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&](const error_code&, int) { context.stop(); });
    if (const std::string line = notebook.retainer(); !line.empty()) {
      std::printf("%s\n", line.c_str());
    }
    std::printf("listening on 127.0.0.1:%u\n", unsigned{server.port()});
    std::fflush(stdout);
    context.run();
    std::printf("%s\n", notebook.truth().c_str());
    std::fflush(stdout);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cannot serve on port %u: %s\n",
                 unsigned{options.port()}, error.what());
    return 4;
  }
  return 0;
}
