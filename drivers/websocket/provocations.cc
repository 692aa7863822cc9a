// What can be wrong before a WebSocket is open; and the whole catalogue.
#include "drivers/websocket/provocations.h"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/websocket/frame.h"

namespace tidemark::websocket {
namespace {

using Scene = ProvocationScene;
using When = Provocation::When;
using Then = Provocation::Then;

// The lines of a right handshake, each to be replaced by a wrong one.
struct Request {
  std::string_view method = "GET";
  std::string_view version = "HTTP/1.1";
  std::string_view upgrade = "Upgrade: websocket\r\n";
  std::string_view connection = "Connection: Upgrade\r\n";
  std::string_view key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  std::string_view protocol = "Sec-WebSocket-Version: 13\r\n";
  std::string_view more = {};
};

std::string host_of(const Scene& scene) {
  return fmt::format("Host: {}\r\n", scene.authority);
}

void write(const Scene& scene, const Request& request, std::string& out,
           std::string_view host) {
  fmt::format_to(std::back_inserter(out), "{} {} {}\r\n{}{}{}{}{}{}{}\r\n",
                 request.method, scene.resource, request.version, host,
                 request.upgrade, request.connection, request.key,
                 request.protocol, scene.extra_headers, request.more);
}

void write(const Scene& scene, const Request& request, std::string& out) {
  write(scene, request, out, host_of(scene));
}

void write_half(const Scene& scene, std::string& out) {
  const std::size_t before = out.size();
  write(scene, {}, out);
  out.resize(before + (out.size() - before) / 2);
}

// TLS 1.2 ClientHello, its record and handshake headers and a random.
void write_tls_hello(const Scene& scene, std::string& out) {
  out += std::string_view("\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03", 11);
  for (int i = 0; i < 32; ++i) out += static_cast<char>(scene.random());
  out += std::string_view("\x00\x00\x04\xc0\x2f\x00\xff\x01\x00", 9);
}

void write_garbage(const Scene& scene, std::string& out) {
  for (int i = 0; i < 1024; ++i) out += static_cast<char>(scene.random());
  out += "\r\n\r\n";
}

constexpr Provocation kHandshakes[] = {
    {.name = "no_upgrade",
     .summary = "a handshake without Upgrade",
     .legal = true,  // a plain GET
     .write = [](const Scene& s,
                 std::string& out) { write(s, {.upgrade = ""}, out); }},
    {.name = "upgrade_h2c",
     .summary = "Upgrade to h2c instead of websocket",
     .legal = true,  // Upgrade may be ignored
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.upgrade = "Upgrade: h2c\r\n"}, out);
         }},
    {.name = "two_upgrades",
     .summary = "Upgrade twice",
     .legal = true,  // a list, in two lines
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.more = "Upgrade: websocket\r\n"}, out);
         }},
    {.name = "no_connection",
     .summary = "a handshake without Connection",
     .write = [](const Scene& s,
                 std::string& out) { write(s, {.connection = ""}, out); }},
    {.name = "connection_keep_alive",
     .summary = "Connection without the token Upgrade",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.connection = "Connection: keep-alive\r\n"}, out);
         }},
    {.name = "no_key",
     .summary = "a handshake without Sec-WebSocket-Key",
     .write = [](const Scene& s,
                 std::string& out) { write(s, {.key = ""}, out); }},
    {.name = "empty_key",
     .summary = "an empty Sec-WebSocket-Key",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.key = "Sec-WebSocket-Key:\r\n"}, out);
         }},
    {.name = "short_key",
     .summary = "a Sec-WebSocket-Key of 8 bytes",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.key = "Sec-WebSocket-Key: dGhlIHNhbXA=\r\n"}, out);
         }},
    {.name = "long_key",
     .summary = "a Sec-WebSocket-Key of 4 KiB",
     .write =
         [](const Scene& s, std::string& out) {
           const std::string key =
               "Sec-WebSocket-Key: " + std::string(4096, 'A') + "\r\n";
           write(s, {.key = key}, out);
         }},
    {.name = "key_not_base64",
     .summary = "a Sec-WebSocket-Key that is not base64",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.key = "Sec-WebSocket-Key: !!!!~~~~,,,,----****==\r\n"},
                 out);
         }},
    {.name = "two_keys",
     .summary = "Sec-WebSocket-Key twice",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.more = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"},
                 out);
         }},
    {.name = "version_0",
     .summary = "Sec-WebSocket-Version 0",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.protocol = "Sec-WebSocket-Version: 0\r\n"}, out);
         }},
    {.name = "version_7",
     .summary = "Sec-WebSocket-Version 7, a draft",
     .legal = true,  // some still speak it
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.protocol = "Sec-WebSocket-Version: 7\r\n"}, out);
         }},
    {.name = "version_99",
     .summary = "Sec-WebSocket-Version 99",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.protocol = "Sec-WebSocket-Version: 99\r\n"}, out);
         }},
    {.name = "version_huge",
     .summary = "Sec-WebSocket-Version that overflows any integer",
     .write =
         [](const Scene& s, std::string& out) {
           write(
               s,
               {.protocol = "Sec-WebSocket-Version: 36893488147419103245\r\n"},
               out);
         }},
    {.name = "no_version",
     .summary = "a handshake without Sec-WebSocket-Version",
     .write = [](const Scene& s,
                 std::string& out) { write(s, {.protocol = ""}, out); }},
    {.name = "http_1_0",
     .summary = "a handshake in HTTP/1.0",
     .write = [](const Scene& s,
                 std::string& out) { write(s, {.version = "HTTP/1.0"}, out); }},
    {.name = "http_9_9",
     .summary = "a handshake in HTTP/9.9",
     .write = [](const Scene& s,
                 std::string& out) { write(s, {.version = "HTTP/9.9"}, out); }},
    {.name = "post_not_get",
     .summary = "a handshake with POST",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.method = "POST", .more = "Content-Length: 0\r\n"}, out);
         }},
    {.name = "unknown_method",
     .summary = "a handshake with a method of 1,000 letters",
     .write =
         [](const Scene& s, std::string& out) {
           const std::string method(1000, 'G');
           write(s, {.method = method}, out);
         }},
    {.name = "huge_header",
     .summary = "a header of 64 KiB in the handshake",
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           const std::string more =
               "X-Huge: " + std::string(65536, 'x') + "\r\n";
           write(s, {.more = more}, out);
         }},
    {.name = "many_headers",
     .summary = "2,000 headers in the handshake",
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           std::string more;
           for (int i = 0; i < 2000; ++i)
             fmt::format_to(std::back_inserter(more), "X-{}: x\r\n", i);
           write(s, {.more = more}, out);
         }},
    {.name = "huge_resource",
     .summary = "a resource of 64 KiB",
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           const std::string longer =
               std::string(s.resource) +
               (s.resource.find('?') == s.resource.npos ? "?" : "&") +
               std::string(65536, 'q');
           write({s.authority, longer, s.extra_headers, s.random}, {}, out);
         }},
    {.name = "bad_host",
     .summary = "a Host that is none",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {}, out, "Host: ]a b[:99999\r\n");
         }},
    {.name = "no_host",
     .summary = "a handshake without Host",
     .write = [](const Scene& s, std::string& out) { write(s, {}, out, ""); }},
    {.name = "two_hosts",
     .summary = "two different Hosts",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.more = "Host: example.com\r\n"}, out);
         }},
    {.name = "unknown_subprotocol",
     .summary = "a subprotocol that nobody speaks",
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           write(s,
                 {.more = "Sec-WebSocket-Protocol: x-nobody-speaks-this\r\n"},
                 out);
         }},
    {.name = "bad_subprotocol",
     .summary = "a subprotocol list that is no list of tokens",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.more = "Sec-WebSocket-Protocol: ,, (a \"b ,\r\n"}, out);
         }},
    {.name = "unknown_extension",
     .summary = "an extension that nobody knows",
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           write(s,
                 {.more = "Sec-WebSocket-Extensions: x-nobody-knows; a=1\r\n"},
                 out);
         }},
    {.name = "absurd_deflate",
     .summary = "permessage-deflate with impossible parameters",
     .legal = true,  // such an offer is to be declined
     .write =
         [](const Scene& s, std::string& out) {
           write(
               s,
               {.more = "Sec-WebSocket-Extensions: permessage-deflate; "
                        "server_max_window_bits=99; client_max_window_bits=-1; "
                        "server_max_window_bits=8; x=\"\r\n"},
               out);
         }},
    {.name = "thousand_extensions",
     .summary = "1,000 extensions are offered",
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           std::string more = "Sec-WebSocket-Extensions: e";
           for (int i = 0; i < 999; ++i) more += ",e;a;b";
           more += "\r\n";
           write(s, {.more = more}, out);
         }},
    {.name = "foreign_origin",
     .summary = "an Origin of somewhere else",
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.more = "Origin: https://elsewhere.example\r\n"}, out);
         }},
    {.name = "get_with_body",
     .summary = "a handshake with a body",
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.more = "Content-Length: 5\r\n"}, out);
           out += "Hello";
         }},
    {.name = "header_without_colon",
     .summary = "a line of the handshake is no header",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.more = "this is no header\r\n"}, out);
         }},
    {.name = "nul_in_header",
     .summary = "a NUL in a header",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.more = std::string_view("X-Nul: a\0b\r\n", 12)}, out);
         }},
    {.name = "folded_header",
     .summary = "a header on two lines, as HTTP/1.1 allowed once",
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {.more = "X-Folded: a\r\n b\r\n"}, out);
         }},
    {.name = "bare_line_feeds",
     .summary = "a handshake whose lines end without CR",
     .legal = true,  // a server may be lenient
     .write =
         [](const Scene& s, std::string& out) {
           std::string whole;
           write(s, {}, whole);
           std::erase(whole, '\r');
           out += whole;
         }},
    {.name = "half_request",
     .summary = "half a handshake, then nothing",
     .write = write_half},
    {.name = "half_request_fin",
     .summary = "half a handshake, then FIN",
     .then = Then::kFin,
     .write = write_half},
    {.name = "half_request_reset",
     .summary = "half a handshake, then RST",
     .then = Then::kReset,
     .write = write_half},
    {.name = "handshake_reset",
     .summary = "a good handshake, then RST before it is answered",
     .then = Then::kReset,
     .write = [](const Scene& s, std::string& out) { write(s, {}, out); }},
    {.name = "nothing_fin",
     .summary = "FIN without a byte",
     .then = Then::kFin,
     .write = [](const Scene&, std::string&) {}},
    {.name = "garbage",
     .summary = "random bytes instead of HTTP",
     .write = write_garbage},
    {.name = "tls_hello",
     .summary = "a TLS ClientHello instead of HTTP",
     .write = write_tls_hello},
    {.name = "pipelined_frames",
     .summary = "frames behind the handshake, before its answer",
     .legal = true,
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {}, out);
           append_frame(kFin | kText, "Hello", s.random, out);
           append_frame(kFin | kPing, "p", s.random, out);
           append_frame(kFin | kClose, "\x03\xe8", s.random, out);
         }},
    {.name = "two_handshakes",
     .summary = "a second handshake behind the first",
     .write =
         [](const Scene& s, std::string& out) {
           write(s, {}, out);
           write(s, {}, out);
         }},
};

}  // namespace

std::span<const Provocation> handshake_provocations() { return kHandshakes; }

std::span<const Provocation> provocations() {
  static const std::vector<Provocation> all = [] {
    std::vector<Provocation> list;
    for (const std::span<const Provocation> part :
         {handshake_provocations(), frame_provocations(), text_provocations()})
      list.insert(list.end(), part.begin(), part.end());
    return list;
  }();
  return all;
}

}  // namespace tidemark::websocket
