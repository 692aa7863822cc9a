// TLS by OpenSSL: what a load needs of it, behind types of our own.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "drivers/common/provocation.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

struct ssl_st;
struct ssl_ctx_st;

namespace tidemark {

struct CloseSsl {
  void operator()(ssl_st* ssl) const;
};
using SslHandle = std::unique_ptr<ssl_st, CloseSsl>;

struct CloseSslContext {
  void operator()(ssl_ctx_st* context) const;
};

// The settings of one side, shared by its connections. One thread at a time.
class TlsContext {
 public:
  // `name` is verified and sent as SNI unless it is an address, which is
  // verified only. An error (kUsage) names the file that cannot be used.
  static Result<TlsContext> client(const TlsSpec& spec,
                                   const std::string& name);

  static Result<TlsContext> server(const std::string& certificate_file,
                                   const std::string& key_file);

  // A handshake in the manner of `fault`; kNone: as it should be.
  SslHandle connect(int fd, TlsFault fault = TlsFault::kNone) const;
  SslHandle accept(int fd) const;

 private:
  TlsContext() = default;

  std::unique_ptr<ssl_ctx_st, CloseSslContext> context_;
  std::string name_;
  bool name_is_address_ = false;
};

// Why a handshake of `ssl` failed, in few words: "certificate: unable to get
// local issuer certificate". Clears OpenSSL's queue of errors.
std::string tls_failure(const ssl_st* ssl);

// What can be done wrong before the protocol has begun: for every protocol
// when it is spoken over TLS.
std::span<const Provocation> tls_provocations();

}  // namespace tidemark
