#include "drivers/common/load_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tidemark {
namespace {

tl::unexpected<Error> bad_url(std::string_view url, std::string_view scheme,
                              std::string_view what) {
  return fail(ErrorKind::kUsage,
              fmt::format("wanted {}://HOST:PORT/PATH, found `{}`: {}", scheme,
                          url, what),
              fmt::format("for example {}://127.0.0.1:9001/", scheme));
}

// A resource goes into the request line as it is: a space or a line end in it
// would make another request of it.
bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

std::string LoadUrl::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  const std::string name = v6 ? "[" + host + "]" : host;
  return port == 80 ? name : fmt::format("{}:{}", name, port);
}

Result<LoadUrl> parse_load_url(std::string_view url, std::string_view scheme) {
  LoadUrl found;
  std::string_view rest = url;
  if (!is_visible(url))
    return bad_url(url, scheme, "it has a space or a control character");
  if (!rest.starts_with(scheme) ||
      !rest.substr(scheme.size()).starts_with("://"))
    return bad_url(url, scheme, "the scheme is another");
  rest.remove_prefix(scheme.size() + 3);
  if (rest.find('#') != std::string_view::npos)
    return bad_url(url, scheme, "a fragment (#) is not sent to a service");

  const std::size_t host_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, host_end);
  rest.remove_prefix(host_end);
  if (authority.find('@') != std::string_view::npos)
    return bad_url(url, scheme, "user and password belong into a header");

  std::size_t port_at = authority.rfind(':');
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos)
      return bad_url(url, scheme, "the `[` is not closed");
    found.host = authority.substr(1, close - 1);
    port_at = close + 1;
    if (port_at == authority.size()) port_at = std::string_view::npos;
  } else {
    found.host = authority.substr(0, std::min(port_at, authority.size()));
  }
  if (found.host.empty()) return bad_url(url, scheme, "there is no host");
  if (port_at != std::string_view::npos) {
    const std::string_view digits = authority.substr(port_at + 1);
    const char* end = digits.data() + digits.size();
    const std::from_chars_result parsed =
        std::from_chars(digits.data(), end, found.port);
    if (authority[port_at] != ':' || parsed.ec != std::errc() ||
        parsed.ptr != end || found.port == 0)
      return bad_url(url, scheme, "the port is not a number from 1 to 65535");
  }
  found.scheme = scheme;
  found.resource =
      rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  return found;
}

}  // namespace tidemark
