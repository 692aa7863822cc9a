#include "drivers/common/tls.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace tidemark {
namespace {

// OpenSSL's own socket BIO writes with write(), which raises SIGPIPE.
int fd_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

int socket_write(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(fd_of(bio), data, static_cast<std::size_t>(size),
                              MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN))
    BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int socket_read(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t got =
      ::recv(fd_of(bio), data, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

long socket_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int socket_created(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

// Made once and kept to the end, as OpenSSL wants it.
const BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_write(made, socket_write);
    BIO_meth_set_read(made, socket_read);
    BIO_meth_set_ctrl(made, socket_control);
    BIO_meth_set_create(made, socket_created);
    return made;
  }();
  return method;
}

SslHandle attach(SSL_CTX* context, int fd) {
  SslHandle ssl(SSL_new(context));
  if (!ssl) return ssl;
  BIO* bio = BIO_new(socket_method());
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  SSL_set_bio(ssl.get(), bio, bio);
  return ssl;
}

std::string last_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason != nullptr ? reason : "unknown TLS error";
}

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

tl::unexpected<Error> bad_file(const char* what, const std::string& path) {
  return fail(
      ErrorKind::kUsage,
      fmt::format("cannot use the {} `{}`: {}", what, path, last_error()),
      "wanted is a PEM file that can be read");
}

Status use_certificate(SSL_CTX* context, const std::string& certificate,
                       const std::string& key) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    return bad_file("certificate", certificate);
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return bad_file("key", key);
  if (SSL_CTX_check_private_key(context) != 1) return bad_file("key", key);
  return {};
}

void set_common(SSL_CTX* context) {
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS |
                                SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A peer that goes without close_notify has gone all the same.
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
}

}  // namespace

void CloseSsl::operator()(ssl_st* ssl) const { SSL_free(ssl); }

void CloseSslContext::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

Result<TlsContext> TlsContext::client(const TlsSpec& spec,
                                      const std::string& name) {
  TlsContext made;
  made.context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = made.context_.get();
  if (context == nullptr)
    return fail(ErrorKind::kEnvironment, "cannot start TLS: " + last_error());
  set_common(context);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (spec.verify) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (spec.ca_file.empty())
      SSL_CTX_set_default_verify_paths(context);
    else if (SSL_CTX_load_verify_file(context, spec.ca_file.c_str()) != 1)
      return bad_file("CA file", spec.ca_file);
  }
  if (!spec.certificate_file.empty())
    TIDEMARK_TRY(
        use_certificate(context, spec.certificate_file, spec.key_file));
  made.name_ = spec.server_name.empty() ? name : spec.server_name;
  made.name_is_address_ = is_address(made.name_);
  return made;
}

Result<TlsContext> TlsContext::server(const std::string& certificate_file,
                                      const std::string& key_file) {
  TlsContext made;
  made.context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = made.context_.get();
  if (context == nullptr)
    return fail(ErrorKind::kEnvironment, "cannot start TLS: " + last_error());
  set_common(context);
  TIDEMARK_TRY(use_certificate(context, certificate_file, key_file));
  return made;
}

SslHandle TlsContext::connect(int fd, TlsFault fault) const {
  SslHandle ssl = attach(context_.get(), fd);
  if (!ssl) return ssl;
  SSL_set_connect_state(ssl.get());
  std::string name = name_;
  bool address = name_is_address_;
  if (fault == TlsFault::kWrongName) {
    name = "no-such-name.invalid";
    address = false;
  }
  if (!name.empty()) {
    X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl.get());
    if (address)
      X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str());
    else
      X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size());
    if (!address) SSL_set_tlsext_host_name(ssl.get(), name.c_str());
  }
  switch (fault) {
    case TlsFault::kOldVersion:
      SSL_set_min_proto_version(ssl.get(), TLS1_VERSION);
      SSL_set_max_proto_version(ssl.get(), TLS1_VERSION);
      SSL_set_security_level(ssl.get(), 0);
      break;
    case TlsFault::kNoSharedCipher:
      SSL_set_max_proto_version(ssl.get(), TLS1_2_VERSION);
      SSL_set_security_level(ssl.get(), 0);
      SSL_set_cipher_list(ssl.get(), "ADH-AES256-GCM-SHA384");
      break;
    case TlsFault::kRefuseServer:
      // A name no certificate has: the handshake ends with our alert.
      SSL_set_verify(ssl.get(), SSL_VERIFY_PEER, nullptr);
      X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl.get()), "refused.invalid",
                                  0);
      break;
    case TlsFault::kForeignProtocol: {
      static constexpr unsigned char kProtocol[] = "\x08tidemark";
      SSL_set_alpn_protos(ssl.get(), kProtocol, sizeof(kProtocol) - 1);
      break;
    }
    case TlsFault::kWrongName:
    case TlsFault::kNone:
      break;
  }
  return ssl;
}

SslHandle TlsContext::accept(int fd) const {
  SslHandle ssl = attach(context_.get(), fd);
  if (ssl) SSL_set_accept_state(ssl.get());
  return ssl;
}

std::string tls_failure(const ssl_st* ssl) {
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) {
    ERR_clear_error();
    return fmt::format("certificate: {}",
                       X509_verify_cert_error_string(verdict));
  }
  return "TLS: " + last_error();
}

}  // namespace tidemark
