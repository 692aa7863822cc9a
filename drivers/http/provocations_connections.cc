// Requests that want another protocol, or many answers, or none.
#include <array>

#include "drivers/http/provocations.h"

namespace tidemark::http {
namespace {

using Scene = ProvocationScene;
constexpr Provocation::When kOpen = Provocation::When::kOpen;
constexpr Provocation::Then kFin = Provocation::Then::kFin;
constexpr Provocation::Then kReset = Provocation::Then::kReset;

void upgrade(const Scene& scene, std::string_view protocol,
             std::string_view headers, std::string& out) {
  out.append("GET ").append(scene.resource).append(" HTTP/1.1\r\nHost: ");
  out.append(scene.authority).append("\r\n").append(scene.extra_headers);
  out.append("Connection: Upgrade\r\nUpgrade: ").append(protocol);
  out.append("\r\n").append(headers).append("\r\n");
}

void pipelined(const Scene& scene, int count, std::string& out) {
  for (int i = 0; i < count; ++i) {
    out.append("GET ").append(scene.resource).append(" HTTP/1.1\r\nHost: ");
    out.append(scene.authority).append("\r\n").append(scene.extra_headers);
    out += "\r\n";
  }
}

constexpr std::array kCatalogue{
    Provocation{.name = "connect",
                .summary = "CONNECT to a host that is not there",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_request(s, "CONNECT tidemark.invalid:1 HTTP/1.1",
                                     out);
                    }},
    Provocation{.name = "trace",
                .summary = "TRACE, which echoes the request",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string line("TRACE ");
                      append_request(s, line.append(s.resource) + " HTTP/1.1",
                                     out);
                    }},
    Provocation{
        .name = "upgrade_unknown",
        .summary = "an upgrade to an unknown protocol",
        .legal = true,
        .write = [](const Scene& s,
                    std::string& out) { upgrade(s, "tide/1", "", out); }},
    Provocation{.name = "upgrade_h2c_broken",
                .summary = "an upgrade to HTTP/2 with settings that are none",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      upgrade(s, "h2c",
                              "Connection: HTTP2-Settings\r\n"
                              "HTTP2-Settings: %%%\r\n",
                              out);
                    }},
    Provocation{.name = "websocket_no_key",
                .summary = "a WebSocket upgrade without a key",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      upgrade(s, "websocket", "Sec-WebSocket-Version: 13\r\n",
                              out);
                    }},
    Provocation{.name = "websocket_bad_version",
                .summary = "a WebSocket upgrade of version 99",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      upgrade(s, "websocket",
                              "Sec-WebSocket-Version: 99\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
                              out);
                    }},
    Provocation{.name = "websocket_short_key",
                .summary = "a WebSocket upgrade whose key is too short",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      upgrade(s, "websocket",
                              "Sec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: tide\r\n",
                              out);
                    }},
    Provocation{.name = "pipelined_reset",
                .summary = "100 requests at once, then RST",
                .when = kOpen,
                .then = kReset,
                .legal = true,
                .write = [](const Scene& s,
                            std::string& out) { pipelined(s, 100, out); }},
    Provocation{.name = "pipelined_fin",
                .summary = "100 requests at once, then FIN",
                .when = kOpen,
                .then = kFin,
                .legal = true,
                .write = [](const Scene& s,
                            std::string& out) { pipelined(s, 100, out); }},
    Provocation{.name = "pipelined_garbage",
                .summary = "two requests, then garbage in the third's place",
                .when = kOpen,
                .write =
                    [](const Scene& s, std::string& out) {
                      pipelined(s, 2, out);
                      out.append("\0\xff\x80 tide\r\n\r\n", 12);
                    }},
    Provocation{.name = "request_after_close",
                .summary = "a request behind one with Connection: close",
                .when = kOpen,
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, "", out);
                      pipelined(s, 1, out);
                    }},
    Provocation{.name = "fin_after_request",
                .summary = "a whole request, and FIN before its answer",
                .when = kOpen,
                .then = kFin,
                .legal = true,
                .write = [](const Scene& s,
                            std::string& out) { append_get(s, "", out); }},
    Provocation{.name = "reset_after_request",
                .summary = "a whole request, and RST before its answer",
                .when = kOpen,
                .then = kReset,
                .legal = true,
                .write = [](const Scene& s,
                            std::string& out) { append_get(s, "", out); }},
};

}  // namespace

std::span<const Provocation> connection_provocations() { return kCatalogue; }

}  // namespace tidemark::http
