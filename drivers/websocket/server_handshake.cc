#include "drivers/websocket/server_handshake.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "drivers/common/http_words.h"
#include "drivers/websocket/codec_hybi13.h"

namespace tidemark::websocket {
namespace {

// The front of `rest` up to `end`, which is taken away, too.
std::string_view cut(std::string_view& rest, std::string_view end) {
  const std::size_t at = rest.find(end);
  const std::string_view front = rest.substr(0, at);
  rest.remove_prefix(at == rest.npos ? rest.size() : at + end.size());
  return front;
}

bool lists(std::string_view values, std::string_view wanted) {
  while (!values.empty())
    if (same_word(without_blanks(cut(values, ",")), wanted)) return true;
  return false;
}

// 16 bytes in base64: the last of 22 digits carries four spare bits.
bool is_key(std::string_view key) {
  return key.size() == 24 && key.ends_with("==") &&
         std::all_of(key.begin(), key.end() - 2,
                     [](unsigned char c) {
                       return (c < 0x80 && std::isalnum(c) != 0) || c == '+' ||
                              c == '/';
                     }) &&
         std::string_view("AQgw").find(key[21]) != std::string_view::npos;
}

// The headers that count; each is looked at as often as it is there.
struct Seen {
  int hosts = 0;
  int keys = 0;
  int versions = 0;
  bool upgrade = false;
  bool connection = false;
  bool version_13 = false;
};

std::optional<UpgradeRefusal> read_header(std::string_view line, Seen& seen,
                                          UpgradeRequest& found) {
  if (line.find(':') == line.npos)
    return UpgradeRefusal{400, "a line of the request is no header"};
  const std::string_view name = cut(line, ":");
  const std::string_view value = without_blanks(line);
  if (!is_token(name))
    return UpgradeRefusal{400, "a line of the request is no header"};
  if (std::any_of(value.begin(), value.end(), [](unsigned char c) {
        return (c < 0x20 && c != '\t') || c == 0x7f;
      }))
    return UpgradeRefusal{400, "a header has a control character"};
  if (same_word(name, "Host")) {
    ++seen.hosts;
    if (value.find_first_of(" \t/@") != value.npos)
      return UpgradeRefusal{400, "the Host is none"};
  } else if (same_word(name, "Upgrade")) {
    seen.upgrade = seen.upgrade || lists(value, "websocket");
  } else if (same_word(name, "Connection")) {
    seen.connection = seen.connection || lists(value, "upgrade");
  } else if (same_word(name, "Sec-WebSocket-Version")) {
    ++seen.versions;
    seen.version_13 = value == "13";
  } else if (same_word(name, "Sec-WebSocket-Key")) {
    ++seen.keys;
    found.key = value;
  } else if (same_word(name, "Sec-WebSocket-Protocol")) {
    std::string_view offered = value;
    const std::string_view first = without_blanks(cut(offered, ","));
    if (!is_token(first))
      return UpgradeRefusal{400, "a subprotocol is no token"};
    if (found.subprotocol.empty()) found.subprotocol = first;
  }
  return std::nullopt;
}

std::optional<UpgradeRefusal> read_request_line(std::string_view line,
                                                UpgradeRequest& found) {
  const std::string_view method = cut(line, " ");
  const std::string_view resource = cut(line, " ");
  if (!line.starts_with("HTTP/") || !is_token(method))
    return UpgradeRefusal{400, "the request is not HTTP"};
  if (line != "HTTP/1.1")
    return UpgradeRefusal{505, "the request is not HTTP/1.1"};
  if (method != "GET") return UpgradeRefusal{405, "the method is not GET"};
  if (resource.empty() ||
      std::any_of(resource.begin(), resource.end(),
                  [](char c) { return c <= 0x20 || c >= 0x7f; }))
    return UpgradeRefusal{400, "the resource is not visible ASCII"};
  found.resource = resource;
  return std::nullopt;
}

std::optional<UpgradeRefusal> judge(const Seen& seen,
                                    const UpgradeRequest& found) {
  if (seen.hosts != 1)
    return UpgradeRefusal{400, "the request has not one Host"};
  if (!seen.upgrade)
    return UpgradeRefusal{426, "the request has no Upgrade: websocket"};
  if (!seen.connection)
    return UpgradeRefusal{400, "the request has no Connection: Upgrade"};
  if (seen.versions != 1 || !seen.version_13)
    return UpgradeRefusal{426, "Sec-WebSocket-Version is not 13"};
  if (seen.keys == 0)
    return UpgradeRefusal{400, "the request has no Sec-WebSocket-Key"};
  if (seen.keys > 1)
    return UpgradeRefusal{400, "the request has two Sec-WebSocket-Keys"};
  if (!is_key(found.key))
    return UpgradeRefusal{400, "Sec-WebSocket-Key is not 16 bytes of base64"};
  return std::nullopt;
}

std::string_view phrase(int status) {
  static constexpr std::pair<int, std::string_view> kPhrases[] = {
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {426, "Upgrade Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {505, "HTTP Version Not Supported"},
  };
  for (const auto& [known, text] : kPhrases)
    if (known == status) return text;
  return "Refused";
}

void append_headers(const std::map<std::string, std::string>& headers,
                    std::string& out) {
  for (const auto& [name, value] : headers)
    fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
}

}  // namespace

std::optional<UpgradeRefusal> read_upgrade(std::string_view head,
                                           UpgradeRequest& found) {
  found = {};
  if (const auto refusal = read_request_line(cut(head, "\r\n"), found))
    return refusal;
  Seen seen;
  while (!head.empty()) {
    const std::string_view line = cut(head, "\r\n");
    if (line.empty()) break;
    if (const auto refusal = read_header(line, seen, found)) return refusal;
  }
  return judge(seen, found);
}

void append_switching(const UpgradeRequest& request,
                      const std::map<std::string, std::string>& headers,
                      std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 "HTTP/1.1 101 Switching Protocols\r\n"
                 "Upgrade: websocket\r\n"
                 "Connection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: {}\r\n",
                 accept_value(request.key));
  if (!request.subprotocol.empty())
    fmt::format_to(std::back_inserter(out), "Sec-WebSocket-Protocol: {}\r\n",
                   request.subprotocol);
  append_headers(headers, out);
  out += "\r\n";
}

void append_refusal(int status,
                    const std::map<std::string, std::string>& headers,
                    std::string_view body, std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 "HTTP/1.1 {} {}\r\n"
                 "Connection: close\r\n"
                 "Content-Length: {}\r\n",
                 status, phrase(status), body.size());
  if (status == 426)
    out += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  append_headers(headers, out);
  out += "\r\n";
  out += body;
}

}  // namespace tidemark::websocket
