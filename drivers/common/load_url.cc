#include "drivers/common/load_url.h"

#include <fmt/format.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>

namespace tidemark {
namespace {

struct Scheme {
  std::string_view name;
  std::uint16_t port;
  bool secure;
};

constexpr Scheme kSchemes[] = {
    {"ws", 80, false},    {"wss", 443, true},     {"http", 80, false},
    {"https", 443, true}, {"redis", 6379, false}, {"rediss", 6379, true},
    {"tcp", 0, false},    {"tls", 0, true},
};

const Scheme* find_scheme(std::string_view name) {
  for (const Scheme& scheme : kSchemes)
    if (scheme.name == name) return &scheme;
  return nullptr;
}

// What to say about a URL that is wrong.
struct Wanted {
  std::string_view url;
  const std::string& scheme;

  tl::unexpected<Error> but(std::string_view what) const {
    return fail(ErrorKind::kUsage,
                fmt::format("wanted {}://HOST:PORT/PATH, found `{}`: {}",
                            scheme, url, what),
                fmt::format("for example {}://127.0.0.1:9001/", scheme));
  }
};

// A resource goes into the request line as it is: a space or a line end in it
// would make another request of it.
bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7f; });
}

// `/run/chat.sock:/path`, after `SCHEME+unix:`; node's three slashes, too.
Result<LoadUrl> parse_unix(std::string_view rest, const Wanted& wanted) {
  LoadUrl found;
  if (rest.starts_with("///")) rest.remove_prefix(2);
  const std::size_t colon = rest.find(':');
  found.unix_path = rest.substr(0, colon);
  found.resource = "/";
  if (colon != std::string_view::npos) found.resource = rest.substr(colon + 1);
  found.host = "localhost";
  if (!found.unix_path.starts_with('/'))
    return wanted.but("a Unix socket is named by a whole path");
  if (found.unix_path.size() >= sizeof(sockaddr_un::sun_path))
    return wanted.but("the path of a Unix socket has at most 107 bytes");
  if (!found.resource.starts_with('/'))
    return wanted.but("after the socket's path comes :/PATH");
  return found;
}

// Takes `HOST[:PORT]`.
Status parse_authority(std::string_view authority, const Wanted& wanted,
                       LoadUrl& found) {
  std::size_t port_at = authority.rfind(':');
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos)
      return wanted.but("the `[` is not closed");
    found.host = authority.substr(1, close - 1);
    port_at = close + 1;
    if (port_at == authority.size()) port_at = std::string_view::npos;
  } else {
    found.host = authority.substr(0, std::min(port_at, authority.size()));
  }
  if (found.host.empty()) return wanted.but("there is no host");
  if (found.host.find_first_of("[]") != std::string::npos)
    return wanted.but("brackets belong around an IPv6 address");
  if (port_at == std::string_view::npos) {
    if (found.port == 0) return wanted.but("there is no port");
    return {};
  }
  const std::string_view digits = authority.substr(port_at + 1);
  const char* end = digits.data() + digits.size();
  const std::from_chars_result parsed =
      std::from_chars(digits.data(), end, found.port);
  if (authority[port_at] != ':' || parsed.ec != std::errc() ||
      parsed.ptr != end || found.port == 0)
    return wanted.but("the port is not a number from 1 to 65535");
  return {};
}

}  // namespace

std::string LoadUrl::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  const std::string name = v6 ? "[" + host + "]" : host;
  const Scheme* known = find_scheme(scheme);
  const bool usual = known != nullptr && known->port == port;
  return usual || !unix_path.empty() ? name : fmt::format("{}:{}", name, port);
}

Result<LoadUrl> parse_load_url(std::string_view url,
                               const std::vector<std::string>& schemes) {
  const Wanted wanted{url, schemes.front()};
  if (!is_visible(url))
    return wanted.but("it has a space or a control character");
  const std::size_t colon = url.find(':');
  std::string_view name = url.substr(0, std::min(colon, url.size()));
  const bool is_unix = name.ends_with("+unix");
  if (is_unix) name.remove_suffix(5);
  const Scheme* scheme = find_scheme(name);
  const bool fits =
      scheme != nullptr &&
      std::find(schemes.begin(), schemes.end(), name) != schemes.end();
  std::string_view rest = url.substr(std::min(url.size(), colon + 1));
  if (!fits || colon == std::string_view::npos ||
      (!is_unix && !rest.starts_with("//")))
    return wanted.but("the scheme is another");
  if (rest.find('#') != std::string_view::npos)
    return wanted.but("a fragment (#) is not sent to a service");
  LoadUrl found;
  if (is_unix) {
    Result<LoadUrl> parsed = parse_unix(rest, wanted);
    TIDEMARK_TRY(parsed);
    found = *std::move(parsed);
  } else {
    rest.remove_prefix(2);
    const std::size_t host_end =
        std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, host_end);
    rest.remove_prefix(host_end);
    if (authority.find('@') != std::string_view::npos)
      return wanted.but("user and password belong into a header");
    found.port = scheme->port;
    TIDEMARK_TRY(parse_authority(authority, wanted, found));
    found.resource =
        rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  }
  found.scheme = name;
  found.secure = scheme->secure;
  if (is_unix) found.port = scheme->port;
  return found;
}

}  // namespace tidemark
