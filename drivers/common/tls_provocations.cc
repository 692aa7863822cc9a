// What clients do wrong before any protocol has begun.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>

#include "drivers/common/tls.h"

namespace tidemark {
namespace {

using When = Provocation::When;
using Then = Provocation::Then;
using Scene = ProvocationScene;

// A real ClientHello, as OpenSSL writes it today.
std::string client_hello() {
  std::unique_ptr<ssl_ctx_st, CloseSslContext> context(
      SSL_CTX_new(TLS_client_method()));
  SslHandle ssl(SSL_new(context.get()));
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), in, out);
  SSL_set_connect_state(ssl.get());
  SSL_do_handshake(ssl.get());
  ERR_clear_error();
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  return size > 0 ? std::string(bytes, static_cast<std::size_t>(size))
                  : std::string();
}

void plain_request(const Scene& scene, std::string& out) {
  out += "GET / HTTP/1.1\r\nHost: ";
  out += scene.authority;
  out += "\r\n\r\n";
}

void garbage(const Scene& scene, std::string& out) {
  for (int i = 0; i < 512; ++i) out += static_cast<char>(scene.random());
}

void half_hello(const Scene&, std::string& out) {
  const std::string hello = client_hello();
  out.append(hello, 0, hello.size() / 2);
}

void whole_hello(const Scene&, std::string& out) { out += client_hello(); }

void hello_twice(const Scene&, std::string& out) {
  out += client_hello();
  out += client_hello();
}

// A handshake record that promises the largest length and brings 100 bytes.
void huge_record(const Scene&, std::string& out) {
  out += std::string("\x16\x03\x01\xff\xff", 5);
  out.append(100, '\1');
}

void empty_records(const Scene&, std::string& out) {
  for (int i = 0; i < 1000; ++i) out += std::string("\x16\x03\x01\x00\x00", 5);
}

void fatal_alert(const Scene&, std::string& out) {
  out += std::string("\x15\x03\x01\x00\x02\x02\x28", 7);
}

void data_first(const Scene&, std::string& out) {
  out += std::string("\x17\x03\x03\x00\x10", 5);
  out.append(16, '\2');
}

void version_2_hello(const Scene&, std::string& out) {
  out += std::string("\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10", 11);
  out.append(37, '\3');
}

void bad_extension(const Scene&, std::string& out) {
  // The last byte of a hello belongs to an extension: one less than promised
  // in the inner lengths, though the record's own is right.
  std::string hello = client_hello();
  if (hello.size() < 6) return;
  hello.pop_back();
  const std::size_t body = hello.size() - 5;
  hello[3] = static_cast<char>(body >> 8);
  hello[4] = static_cast<char>(body & 0xff);
  out += hello;
}

constexpr std::array kCatalogue{
    Provocation{"tls_plain_request", "HTTP in plain text to a TLS port",
                When::kTls, Then::kAwait, false, plain_request},
    Provocation{"tls_garbage", "512 random bytes instead of a hello",
                When::kTls, Then::kAwait, false, garbage},
    Provocation{"tls_hello_cut_fin", "half a ClientHello, then FIN", When::kTls,
                Then::kFin, false, half_hello},
    Provocation{"tls_hello_cut_reset", "half a ClientHello, then RST",
                When::kTls, Then::kReset, false, half_hello},
    Provocation{"tls_hello_cut_silence", "half a ClientHello, then nothing",
                When::kTls, Then::kAwait, false, half_hello},
    Provocation{"tls_hello_then_reset", "a whole ClientHello, then RST",
                When::kTls, Then::kReset, false, whole_hello},
    Provocation{"tls_hello_then_silence",
                "a whole ClientHello, and no answer to the service's reply",
                When::kTls, Then::kAwait, true, whole_hello},
    Provocation{"tls_hello_twice", "two ClientHellos in a row", When::kTls,
                Then::kAwait, false, hello_twice},
    Provocation{"tls_huge_record", "a record that promises 65,535 bytes",
                When::kTls, Then::kAwait, false, huge_record},
    Provocation{"tls_empty_records", "1,000 records of no length", When::kTls,
                Then::kAwait, false, empty_records},
    Provocation{"tls_alert_first", "a fatal alert before any hello", When::kTls,
                Then::kAwait, false, fatal_alert},
    Provocation{"tls_data_first", "application data before any hello",
                When::kTls, Then::kAwait, false, data_first},
    Provocation{"tls_ssl2_hello", "the hello of SSL 2", When::kTls,
                Then::kAwait, false, version_2_hello},
    Provocation{"tls_bad_extension", "a ClientHello one byte too short",
                When::kTls, Then::kAwait, false, bad_extension},
    Provocation{"tls_old_version", "a client that offers TLS 1.0 at most",
                When::kTls, Then::kAwait, false, nullptr,
                TlsFault::kOldVersion},
    Provocation{"tls_no_shared_cipher", "a client with one anonymous cipher",
                When::kTls, Then::kAwait, false, nullptr,
                TlsFault::kNoSharedCipher},
    Provocation{"tls_refused_server",
                "a client that does not trust the service's certificate",
                When::kTls, Then::kAwait, false, nullptr,
                TlsFault::kRefuseServer},
    Provocation{"tls_wrong_name", "a client that asks for another server",
                When::kTls, Then::kAwait, true, nullptr, TlsFault::kWrongName},
    Provocation{"tls_foreign_protocol",
                "a client that asks by ALPN for an unknown protocol",
                When::kTls, Then::kAwait, true, nullptr,
                TlsFault::kForeignProtocol},
};

}  // namespace

std::span<const Provocation> tls_provocations() { return kCatalogue; }

}  // namespace tidemark
