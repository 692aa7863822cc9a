#include "harness/scenario/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "harness/scenario/diagnostics.h"

namespace tidemark {
namespace {

constexpr std::string_view kScheme = "ws://";

tl::unexpected<Error> malformed(std::string_view wanted, std::string_view found,
                                std::string_view what = {}) {
  return fail(ErrorKind::kUsage, fmt::format("wanted {}, found `{}`{}", wanted,
                                             printable(found), what));
}

// Only digits, at most `most`, no leading zero that another parser could
// read as octal.
bool parse_decimal(std::string_view text, unsigned most, unsigned& value) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
  const char* end = text.data() + text.size();
  const std::from_chars_result parsed =
      std::from_chars(text.data(), end, value);
  return parsed.ec == std::errc() && parsed.ptr == end && value <= most;
}

Status check_policy(std::string_view host) {
  if (is_loopback_host(host)) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("target refused: `{}` is not a loopback address",
                          printable(host)),
              "tidemark loads this machine only: use 127.0.0.1, [::1] or "
              "localhost");
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  unsigned octet = 0;
  for (int i = 0; i < 4; ++i) {
    const std::size_t dot = host.find('.');
    if ((dot == std::string_view::npos) != (i == 3)) return false;
    if (!parse_decimal(host.substr(0, dot), 255, octet)) return false;
    if (i == 0 && octet != 127) return false;
    host.remove_prefix(i == 3 ? host.size() : dot + 1);
  }
  return true;
}

Result<ServerAddress> parse_endpoint(std::string_view endpoint) {
  constexpr std::string_view wanted = "HOST:PORT";
  ServerAddress address;
  std::string_view rest = endpoint;
  if (rest.starts_with('[')) {
    const std::size_t close = rest.find(']');
    if (close == std::string_view::npos) return malformed(wanted, endpoint);
    address.host = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  } else {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    address.host = rest.substr(0, colon);
    rest.remove_prefix(colon);
    // More than one colon: an IPv6 address without its brackets.
    if (rest.find(':', 1) != std::string_view::npos)
      return malformed(wanted, endpoint, ", which needs [ ] around its host");
  }
  if (address.host.empty())
    return malformed(wanted, endpoint, " without a host");
  // Before the port: that the host is refused matters more than a typo.
  TIDEMARK_TRY(check_policy(address.host));
  if (rest.size() < 2 || rest.front() != ':')
    return malformed(wanted, endpoint, " without a port");
  unsigned port = 0;
  if (!parse_decimal(rest.substr(1), 65535, port) || port == 0)
    return malformed("a port from 1 to 65535", rest.substr(1));
  address.port = static_cast<std::uint16_t>(port);
  return address;
}

Result<ServerAddress> parse_ws_url(std::string_view url) {
  constexpr std::string_view wanted = "ws://HOST:PORT/PATH";
  if (url.starts_with("wss://")) {
    return fail(ErrorKind::kUsage,
                fmt::format("wanted {}, found `{}`: TLS is not built yet",
                            wanted, printable(url)),
                "test the service without TLS: ws://");
  }
  if (!url.starts_with(kScheme)) return malformed(wanted, url);
  const bool clean = std::all_of(url.begin(), url.end(),
                                 [](char c) { return c > ' ' && c < 0x7F; });
  if (!clean)
    return malformed(wanted, url, ", which has a character no URL may have");
  std::string_view rest = url.substr(kScheme.size());
  const std::size_t path = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view authority = rest.substr(0, path);
  rest.remove_prefix(path);
  if (authority.find('@') != std::string_view::npos)
    return malformed(wanted, url, " with a user name");
  if (rest.starts_with('?')) return malformed(wanted, url, " without a path");
  if (rest.find('#') != std::string_view::npos)
    return malformed(wanted, url, " with a fragment");
  Result<ServerAddress> address = parse_endpoint(authority);
  if (address) address->path = rest.empty() ? "/" : rest;
  return address;
}

}  // namespace tidemark
