// Unusual and illegal headers.
#include <fmt/format.h>

#include <array>

#include "drivers/http/provocations.h"

namespace tidemark::http {
namespace {

using Scene = ProvocationScene;

constexpr std::size_t kHuge = 64 << 10;
constexpr std::size_t kEnormous = 1 << 20;

constexpr std::array kCatalogue{
    Provocation{.name = "no_host",
                .summary = "HTTP/1.1 without a Host header",
                .write =
                    [](const Scene& s, std::string& out) {
                      out.append("GET ").append(s.resource);
                      out += " HTTP/1.1\r\nConnection: close\r\n\r\n";
                    }},
    Provocation{.name = "two_hosts",
                .summary = "two different Host headers",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, "Host: tidemark.invalid\r\n", out);
                    }},
    Provocation{.name = "illegal_host",
                .summary = "a Host header that names no host",
                .write =
                    [](const Scene& s, std::string& out) {
                      out.append("GET ").append(s.resource);
                      out += " HTTP/1.1\r\nHost: a/b@[:99999\r\n\r\n";
                    }},
    Provocation{.name = "no_colon",
                .summary = "a header without a colon",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, "X-Tidemark no colon\r\n", out);
                    }},
    Provocation{.name = "blank_before_colon",
                .summary = "a blank between a header's name and its colon",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, "X-Tidemark : 1\r\n", out);
                    }},
    Provocation{.name = "blank_before_first_header",
                .summary = "a first header that begins with a blank",
                .write =
                    [](const Scene& s, std::string& out) {
                      out.append("GET ").append(s.resource);
                      out.append(" HTTP/1.1\r\n X-Tidemark: 1\r\nHost: ");
                      out.append(s.authority).append("\r\n\r\n");
                    }},
    Provocation{.name = "obs_fold",
                .summary = "a header that goes on in the next lines",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, "X-Tidemark: one\r\n two\r\n\tthree\r\n",
                                 out);
                    }},
    Provocation{.name = "huge_header",
                .summary = "a header of 64 KiB",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(
                          s, "X-Tidemark: " + std::string(kHuge, 'a') + "\r\n",
                          out);
                    }},
    Provocation{.name = "huge_header_name",
                .summary = "a header whose name has 64 KiB",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, std::string(kHuge, 'X') + ": 1\r\n", out);
                    }},
    Provocation{.name = "enormous_headers",
                .summary = "1 MiB of headers of 1 KiB each",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string headers;
                      const std::string value(1000, 'a');
                      for (int i = 0; headers.size() < kEnormous; ++i)
                        headers += fmt::format("X-{}: {}\r\n", i, value);
                      append_get(s, headers, out);
                    }},
    Provocation{.name = "many_headers",
                .summary = "10,000 headers",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string headers;
                      for (int i = 0; i < 10'000; ++i)
                        headers += fmt::format("X-{}: {}\r\n", i, i);
                      append_get(s, headers, out);
                    }},
    Provocation{.name = "same_header_often",
                .summary = "the same header 1,000 times",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string headers;
                      for (int i = 0; i < 1000; ++i)
                        headers += "Accept: text/plain\r\n";
                      append_get(s, headers, out);
                    }},
    Provocation{.name = "many_cookies",
                .summary = "a Cookie header of 300 cookies, some broken",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string headers("Cookie: =;;=a; b");
                      for (int i = 0; i < 300; ++i)
                        headers += fmt::format("; c{}=\"{}", i, i);
                      append_get(s, headers + "\r\n", out);
                    }},
    Provocation{.name = "nul_in_header",
                .summary = "a NUL byte in a header's value",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(
                          s, std::string_view("X-Tidemark: a\0b\r\n", 17), out);
                    }},
    Provocation{.name = "cr_in_header",
                .summary = "a CR alone in a header's value",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, "X-Tidemark: a\rX-Other: b\r\n", out);
                    }},
    Provocation{.name = "control_in_header",
                .summary = "every control character in a header's value",
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string headers("X-Tidemark: ");
                      for (char c = 1; c < 0x20; ++c)
                        if (c != '\n' && c != '\r') headers += c;
                      append_get(s, headers + "\x7f\r\n", out);
                    }},
    Provocation{.name = "non_ascii_header",
                .summary = "bytes above 127 in a header's value",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, "X-Tidemark: \xff\xfe\xc3\x28\r\n", out);
                    }},
    Provocation{
        .name = "empty_header_name",
        .summary = "a header without a name",
        .write = [](const Scene& s,
                    std::string& out) { append_get(s, ": 1\r\n", out); }},
    Provocation{.name = "illegal_header_name",
                .summary = "a header's name with characters no name has",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, "X(Tide)[mark]: 1\r\n", out);
                    }},
    Provocation{.name = "illegal_connection",
                .summary = "a Connection header that contradicts itself",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, "Connection: keep-alive, ,;=, Host\r\n",
                                 out);
                    }},
    Provocation{.name = "illegal_date",
                .summary = "If-Modified-Since is no date",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(
                          s, "If-Modified-Since: Foo, 99 Bar 0000 99:99:99\r\n",
                          out);
                    }},
    Provocation{.name = "illegal_credentials",
                .summary = "an Authorization header that is no base64",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, "Authorization: Basic ====%%%\r\n", out);
                    }},
    Provocation{.name = "deep_quality_list",
                .summary = "an Accept header of 2,000 entries",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string headers("Accept: ");
                      for (int i = 0; i < 2000; ++i) headers += "*/*;q=0.1,";
                      append_get(s, headers + "\r\n", out);
                    }},
    Provocation{.name = "range_overlapping",
                .summary = "200 overlapping ranges",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string headers("Range: bytes=0-");
                      for (int i = 0; i < 200; ++i)
                        headers += fmt::format(",{}-", i);
                      append_get(s, headers + "\r\n", out);
                    }},
    Provocation{.name = "range_illegal",
                .summary = "ranges that end before they begin, and overflow",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(
                          s,
                          "Range: bytes=9-1,-0,"
                          "18446744073709551616-99999999999999999999\r\n",
                          out);
                    }},
    Provocation{.name = "head_cut_off",
                .summary = "half a header, then nothing more",
                .write =
                    [](const Scene& s, std::string& out) {
                      out.append("GET ").append(s.resource);
                      out.append(" HTTP/1.1\r\nHost: ").append(s.authority);
                      out += "\r\nX-Tidemark: slo";
                    }},
    Provocation{.name = "head_cut_off_fin",
                .summary = "half a header, then FIN",
                .then = Provocation::Then::kFin,
                .write =
                    [](const Scene& s, std::string& out) {
                      out.append("GET ").append(s.resource);
                      out.append(" HTTP/1.1\r\nHost: ").append(s.authority);
                      out += "\r\nX-Tidemark: slo";
                    }},
};

}  // namespace

std::span<const Provocation> header_provocations() { return kCatalogue; }

}  // namespace tidemark::http
