// Unusual and illegal beginnings: what is wrong is in the first line or
// before it.
#include <array>

#include "drivers/http/provocations.h"

namespace tidemark::http {
namespace {

using Scene = ProvocationScene;

std::string line(std::string_view method, std::string_view target,
                 std::string_view version) {
  std::string text(method);
  return text.append(" ").append(target).append(" ").append(version);
}

// A request whose target is the load's path and more.
void get(const Scene& scene, std::string_view target, std::string& out) {
  append_request(scene, line("GET", target, "HTTP/1.1"), out);
}

void with_method(const Scene& scene, std::string_view method,
                 std::string& out) {
  append_request(scene, line(method, scene.resource, "HTTP/1.1"), out);
}

void with_version(const Scene& scene, std::string_view version,
                  std::string& out) {
  append_request(scene, line("GET", scene.resource, version), out);
}

constexpr std::size_t kHuge = 64 << 10;
constexpr std::size_t kEnormous = 1 << 20;

constexpr std::array kCatalogue{
    Provocation{
        .name = "unknown_method",
        .summary = "a method nobody has heard of",
        .write = [](const Scene& s,
                    std::string& out) { with_method(s, "FROBNICATE", out); }},
    Provocation{.name = "illegal_method",
                .summary = "a method with characters no method has",
                .write = [](const Scene& s,
                            std::string& out) { with_method(s, "G@T(", out); }},
    Provocation{.name = "huge_method",
                .summary = "a method of 64 KiB",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      with_method(s, std::string(kHuge, 'G'), out);
                    }},
    Provocation{.name = "lower_case_method",
                .summary = "get instead of GET",
                .legal = true,
                .write = [](const Scene& s,
                            std::string& out) { with_method(s, "get", out); }},
    Provocation{.name = "no_method",
                .summary = "a first line that begins with a blank",
                .write = [](const Scene& s,
                            std::string& out) { with_method(s, "", out); }},
    Provocation{.name = "no_version",
                .summary = "headers, but no version in the first line",
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string text("GET ");
                      append_request(s, text.append(s.resource), out);
                    }},
    Provocation{.name = "http_0_9",
                .summary = "a request of HTTP/0.9: one line, no version",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      out.append("GET ").append(s.resource).append("\r\n");
                    }},
    Provocation{.name = "http_1_0",
                .summary = "HTTP/1.0 that wants to be kept alive",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      out += line("GET", s.resource, "HTTP/1.0\r\n");
                      out.append("Connection: keep-alive\r\n");
                      out.append(s.extra_headers).append("\r\n");
                    }},
    Provocation{
        .name = "http_9_9",
        .summary = "version HTTP/9.9",
        .write = [](const Scene& s,
                    std::string& out) { with_version(s, "HTTP/9.9", out); }},
    Provocation{.name = "huge_version",
                .summary = "a version of many digits",
                .write =
                    [](const Scene& s, std::string& out) {
                      with_version(s, "HTTP/" + std::string(kHuge, '1'), out);
                    }},
    Provocation{
        .name = "not_http_version",
        .summary = "a version of another protocol",
        .write = [](const Scene& s,
                    std::string& out) { with_version(s, "SIP/2.0", out); }},
    Provocation{.name = "http2_preface",
                .summary = "the preface of HTTP/2 without a negotiation",
                .write =
                    [](const Scene&, std::string& out) {
                      out += "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
                      // An empty SETTINGS frame.
                      out.append("\0\0\0\4\0\0\0\0\0", 9);
                    }},
    Provocation{.name = "tls_client_hello",
                .summary = "the begin of a TLS handshake",
                .write =
                    [](const Scene& s, std::string& out) {
                      out.append("\x16\x03\x01\x01\x00\x01\x00\x00\xfc\x03\x03",
                                 11);
                      for (int i = 0; i < 245; ++i)
                        out += static_cast<char>(s.random.below(256));
                    }},
    Provocation{.name = "garbage",
                .summary = "1 KiB of random bytes",
                .write =
                    [](const Scene& s, std::string& out) {
                      for (int i = 0; i < 1024; ++i)
                        out += static_cast<char>(s.random.below(256));
                    }},
    Provocation{.name = "nul_first",
                .summary = "a NUL byte before the request",
                .write =
                    [](const Scene& s, std::string& out) {
                      out += '\0';
                      append_get(s, "", out);
                    }},
    Provocation{.name = "nul_in_path",
                .summary = "a NUL byte in the path",
                .write =
                    [](const Scene& s, std::string& out) {
                      get(s, std::string("/a\0b", 4), out);
                    }},
    Provocation{.name = "bare_lf",
                .summary = "lines that end in LF alone",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      out += line("GET", s.resource, "HTTP/1.1\nHost: ");
                      out.append(s.authority).append("\nConnection: close\n\n");
                    }},
    Provocation{.name = "bare_cr",
                .summary = "lines that end in CR alone",
                .write =
                    [](const Scene& s, std::string& out) {
                      out += line("GET", s.resource, "HTTP/1.1\rHost: ");
                      out.append(s.authority).append("\rConnection: close\r\r");
                    }},
    Provocation{.name = "empty_lines_first",
                .summary = "100 empty lines before the request",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      for (int i = 0; i < 100; ++i) out += "\r\n";
                      append_get(s, "", out);
                    }},
    Provocation{.name = "only_empty_lines",
                .summary = "64 KiB of empty lines and no request",
                .write =
                    [](const Scene&, std::string& out) {
                      for (std::size_t i = 0; i < kHuge / 2; ++i) out += "\r\n";
                    }},
    Provocation{.name = "extra_blanks",
                .summary = "several blanks and a tab in the first line",
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string text("GET  \t");
                      append_request(s, text.append(s.resource) + "  HTTP/1.1",
                                     out);
                    }},
    Provocation{.name = "blank_in_path",
                .summary = "a blank in the path",
                .write = [](const Scene& s,
                            std::string& out) { get(s, "/a b/c d", out); }},
    Provocation{.name = "huge_path",
                .summary = "a path of 64 KiB",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      get(s, "/" + std::string(kHuge, 'a'), out);
                    }},
    Provocation{.name = "enormous_path",
                .summary = "a path of 1 MiB",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      get(s, "/" + std::string(kEnormous, 'a'), out);
                    }},
    Provocation{.name = "huge_query",
                .summary = "a query of 8,000 parameters",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string target("/?");
                      for (int i = 0; i < 8000; ++i) target += "a[]=1&";
                      get(s, target, out);
                    }},
    Provocation{.name = "absolute_uri",
                .summary = "http://HOST/… as a proxy is asked",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string target("http://");
                      target.append(s.authority).append(s.resource);
                      get(s, target, out);
                    }},
    Provocation{.name = "foreign_absolute_uri",
                .summary = "http://OTHER/… with another Host header",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      get(s, "http://tidemark.invalid/", out);
                    }},
    Provocation{.name = "authority_form",
                .summary = "GET host:port, a form only CONNECT has",
                .write = [](const Scene& s,
                            std::string& out) { get(s, s.authority, out); }},
    Provocation{.name = "asterisk",
                .summary = "OPTIONS *",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_request(s, "OPTIONS * HTTP/1.1", out);
                    }},
    Provocation{
        .name = "asterisk_get",
        .summary = "GET *",
        .write = [](const Scene& s, std::string& out) { get(s, "*", out); }},
    Provocation{.name = "percent_errors",
                .summary = "percent signs that encode nothing",
                .write = [](const Scene& s,
                            std::string& out) { get(s, "/%zz%%%1/%", out); }},
    Provocation{
        .name = "percent_nul",
        .summary = "an encoded NUL, and an overlong encoded slash",
        .write = [](const Scene& s,
                    std::string& out) { get(s, "/a%00b/%c0%af", out); }},
    Provocation{.name = "dot_segments",
                .summary = "a path that climbs out of the root",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string target;
                      for (int i = 0; i < 64; ++i) target += "/..";
                      get(s, target + "/%2e%2e/etc/hostname", out);
                    }},
    Provocation{.name = "deep_path",
                .summary = "2,000 folders deep",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string target;
                      for (int i = 0; i < 2000; ++i) target += "/a";
                      get(s, target, out);
                    }},
    Provocation{
        .name = "non_ascii_path",
        .summary = "bytes above 127 in the path, no UTF-8 among them",
        .write = [](const Scene& s,
                    std::string& out) { get(s, "/\xff\xfe\xc3\x28", out); }},
};

}  // namespace

std::span<const Provocation> start_line_provocations() { return kCatalogue; }

}  // namespace tidemark::http
