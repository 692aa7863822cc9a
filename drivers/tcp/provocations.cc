#include "drivers/tcp/provocations.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::tcp {
namespace {

using Scene = ProvocationScene;
using When = Provocation::When;
using Then = Provocation::Then;

constexpr std::size_t kKiB = 1 << 10;
constexpr std::size_t kMiB = 1 << 20;

void append_random(Random& random, std::size_t count, std::string& out) {
  for (std::size_t i = 0; i < count; i += 8) {
    std::uint64_t draw = random.next();
    for (std::size_t j = i; j < count && j < i + 8; ++j, draw >>= 8)
      out += static_cast<char>(draw & 0xff);
  }
}

// A record of TLS with a ClientHello in it, as TLS 1.2 has it (RFC 5246
// §7.4.1.2), without extensions:
//
//   16 03 01 LEN     record: handshake, its version, 2 bytes of length
//   01 LEN           ClientHello, 3 bytes of length
//   03 03 RANDOM     version, 32 bytes
//   00               no session
//   00 04 c0 2f 00 9c   two cipher suites
//   01 00            no compression
void write_tls_client_hello(const Scene& scene, std::string& out) {
  constexpr std::size_t kHello = 2 + 32 + 1 + 6 + 2;
  constexpr std::string_view kSuites("\x00\x00\x04\xc0\x2f\x00\x9c\x01\x00", 9);
  out.append("\x16\x03\x01\x00", 4);
  out += static_cast<char>(kHello + 4);
  out.append("\x01\x00\x00", 3);
  out += static_cast<char>(kHello);
  out.append("\x03\x03", 2);
  append_random(scene.random, 32, out);
  out += kSuites;
}

void write_http_request(const Scene& scene, std::string& out) {
  out += "GET ";
  out += scene.resource.empty() ? std::string_view("/") : scene.resource;
  out += " HTTP/1.1\r\nHost: ";
  out += scene.authority;
  out += "\r\nUser-Agent: tidemark\r\nAccept: */*\r\n\r\n";
}

void write_huge_key(const Scene&, std::string& out) {
  out += "get ";
  out.append(64 * kKiB, 'k');
  out += "\r\n";
}

void write_every_byte(const Scene&, std::string& out) {
  for (int byte = 0; byte < 256; ++byte) out += static_cast<char>(byte);
}

void write_many_commands(const Scene&, std::string& out) {
  for (int i = 0; i < 10'000; ++i) out += "nonsense\r\n";
}

constexpr auto kCatalogue = std::to_array<Provocation>({
    {"nuls", "1,024 NULs", When::kOpen, Then::kAwait, true,
     [](const Scene&, std::string& out) { out.append(kKiB, '\0'); }},
    {"nuls_large", "1 MiB of NULs", When::kOpen, Then::kAwait, true,
     [](const Scene&, std::string& out) { out.append(kMiB, '\0'); }},
    {"all_ones", "lengths of 4 GiB and beyond: 64 bytes of 0xff", When::kFirst,
     Then::kAwait, true,
     [](const Scene&, std::string& out) { out.append(64, '\xff'); }},
    {"every_byte", "each of the 256 bytes once, no line end after them",
     When::kOpen, Then::kAwait, true, write_every_byte},
    {"random_bytes", "1,024 random bytes", When::kFirst, Then::kAwait, true,
     [](const Scene& scene, std::string& out) {
       append_random(scene.random, kKiB, out);
     }},
    {"random_large", "1 MiB of random bytes", When::kOpen, Then::kAwait, true,
     [](const Scene& scene, std::string& out) {
       append_random(scene.random, kMiB, out);
     }},
    {"long_line", "a line of 64 KiB without its end", When::kOpen,
     Then::kAwait, true,
     [](const Scene&, std::string& out) { out.append(64 * kKiB, 'a'); }},
    {"endless_line", "a line of 1 MiB without its end, then RST", When::kOpen,
     Then::kReset, true,
     [](const Scene&, std::string& out) { out.append(kMiB, 'a'); }},
    {"empty_lines", "10,000 newlines", When::kOpen, Then::kAwait, true,
     [](const Scene&, std::string& out) { out.append(10'000, '\n'); }},
    {"bare_cr", "a line that ends in CR alone", When::kOpen, Then::kAwait,
     true, [](const Scene&, std::string& out) { out += "quit\r"; }},
    {"unknown_commands", "10,000 lines that are no command, at once",
     When::kOpen, Then::kAwait, true, write_many_commands},
    {"unread_answers", "10,000 lines that are no command, then RST at once",
     When::kOpen, Then::kReset, true, write_many_commands},
    {"bad_utf8", "text that is no UTF-8: cut, overlong, surrogates",
     When::kOpen, Then::kAwait, true,
     [](const Scene&, std::string& out) {
       out += "\xc3\x28 \xc0\x80 \xed\xa0\x80 \xf4\x90\x80\x80 \xff\xfe\r\n";
     }},
    {"printf_directives", "%s, %n and their like", When::kOpen, Then::kAwait,
     true,
     [](const Scene&, std::string& out) {
       out += "%s%s%s%s%n%n%n%x%x%p %1$s %99999999d ${x} $(id) `id`\r\n";
     }},
    {"ansi_escapes", "colours, a cursor and a title, as a terminal obeys them",
     When::kOpen, Then::kAwait, true,
     [](const Scene&, std::string& out) {
       out += "\x1b[31m\x1b[2J\x1b[1;1H\x1b]0;title\x07\x9b\r\n";
     }},
    {"path_traversal", "a name that leads out of its folder", When::kOpen,
     Then::kAwait, true,
     [](const Scene&, std::string& out) {
       out += "get ../../../../../../etc/passwd\r\n";
     }},
    {"http_request", "an HTTP request", When::kFirst, Then::kAwait, true,
     write_http_request},
    {"http2_preface", "the first bytes of HTTP/2", When::kFirst, Then::kAwait,
     true,
     [](const Scene&, std::string& out) {
       out.append("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
                  "\x00\x00\x00\x04\x00\x00\x00\x00\x00",
                  33);
     }},
    {"tls_client_hello", "a TLS ClientHello", When::kFirst, Then::kAwait, true,
     write_tls_client_hello},
    {"tls_cut_short", "the first half of a TLS ClientHello, then FIN",
     When::kFirst, Then::kFin, true,
     [](const Scene& scene, std::string& out) {
       const std::size_t before = out.size();
       write_tls_client_hello(scene, out);
       out.resize(before + (out.size() - before) / 2);
     }},
    {"ssh_banner", "what an SSH client begins with", When::kFirst,
     Then::kAwait, true,
     [](const Scene&, std::string& out) {
       out += "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
     }},
    {"proxy_header", "the PROXY protocol, from an address that cannot be",
     When::kFirst, Then::kAwait, true,
     [](const Scene&, std::string& out) {
       out += "PROXY TCP4 999.0.0.1 -1 0 99999\r\n";
     }},
    {"huge_key", "memcached: a key of 64 KiB", When::kOpen, Then::kAwait, true,
     write_huge_key},
    {"negative_length", "memcached: data of -1 bytes", When::kOpen,
     Then::kAwait, true,
     [](const Scene&, std::string& out) { out += "set k 0 0 -1\r\n\r\n"; }},
    {"huge_length", "memcached: data of more bytes than 64 bits can count",
     When::kOpen, Then::kAwait, true,
     [](const Scene&, std::string& out) {
       out += "set k 0 0 99999999999999999999\r\n";
     }},
    {"data_cut_fin", "memcached: 100 bytes announced, 10 sent, then FIN",
     When::kOpen, Then::kFin, true,
     [](const Scene&, std::string& out) {
       out += "set k 0 0 100\r\n0123456789";
     }},
    {"data_cut_reset", "memcached: 100 bytes announced, 10 sent, then RST",
     When::kOpen, Then::kReset, true,
     [](const Scene&, std::string& out) {
       out += "set k 0 0 100\r\n0123456789";
     }},
    {"length_cut_fin", "2 bytes of a length of 4, then FIN", When::kFirst,
     Then::kFin, true,
     [](const Scene&, std::string& out) { out.append("\x00\x00", 2); }},
    {"one_byte_fin", "a single byte, then FIN", When::kFirst, Then::kFin, true,
     [](const Scene&, std::string& out) { out += 'x'; }},
    {"one_byte_reset", "a single byte, then RST", When::kFirst, Then::kReset,
     true, [](const Scene&, std::string& out) { out += 'x'; }},
});

}  // namespace

std::span<const Provocation> provocations() { return kCatalogue; }

}  // namespace tidemark::tcp
