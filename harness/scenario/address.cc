#include "harness/scenario/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "harness/base/spelling.h"
#include "harness/scenario/diagnostics.h"

namespace tidemark {
namespace {

// What sun_path holds, without the NUL at its end (unix(7)).
constexpr std::size_t kLongestSocketPath = 107;
constexpr std::size_t kLongestName = 253;  // RFC 1035, as text
constexpr std::size_t kLongestLabel = 63;
constexpr std::string_view kUnixSuffix = "+unix";
// SELECT takes a number; no server has more.
constexpr unsigned kMostDatabases = 65535;

tl::unexpected<Error> malformed(std::string_view wanted, std::string_view found,
                                std::string_view what = {},
                                std::string hint = {}) {
  return fail(
      ErrorKind::kUsage,
      fmt::format("wanted {}, found `{}`{}", wanted, printable(found), what),
      std::move(hint));
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

// Four decimal numbers. Other forms ("10.1", 0x0a000001) are other hosts in
// other parsers.
std::optional<std::uint32_t> plain_v4(std::string_view host) {
  std::uint32_t address = 0;
  unsigned octet = 0;
  for (int i = 0; i < 4; ++i) {
    const std::size_t dot = host.find('.');
    if ((dot == std::string_view::npos) != (i == 3)) return std::nullopt;
    if (!parse_decimal(host.substr(0, dot), 255, octet)) return std::nullopt;
    address = address << 8 | octet;
    host.remove_prefix(i == 3 ? host.size() : dot + 1);
  }
  return address;
}

std::optional<std::uint32_t> loopback_v4(std::string_view host) {
  const std::optional<std::uint32_t> address = plain_v4(host);
  if (!address || *address >> 24 != 127) return std::nullopt;
  return address;
}

bool is_plain_v6(std::string_view host) {
  in6_addr address;
  return host.find(':') != std::string_view::npos &&
         ::inet_pton(AF_INET6, std::string(host).c_str(), &address) == 1;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel &&
         label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  (c >= '0' && c <= '9') || c == '-';
         });
}

// RFC 1123; the last label begins with a letter, so that no resolver takes
// the name for an address.
bool is_host_name(std::string_view host) {
  if (host.size() > kLongestName) return false;
  while (true) {
    const std::size_t dot = std::min(host.find('.'), host.size());
    const std::string_view label = host.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == host.size()) return label[0] > '9';
    host.remove_prefix(dot + 1);
  }
}

Status check_host(std::string_view host, Hosts hosts) {
  if (is_loopback_host(host)) return {};
  if (hosts == Hosts::kAny) {
    if (plain_v4(host) || is_plain_v6(host) || is_host_name(host)) return {};
    return fail(ErrorKind::kUsage,
                fmt::format("target refused: `{}` is neither a name nor an "
                            "address in its plain form",
                            printable(host)),
                "write shop.example, 192.0.2.7 or [2001:db8::7]");
  }
  return fail(ErrorKind::kUsage,
              fmt::format("target refused: `{}` is not a loopback address",
                          printable(host)),
              "tidemark loads this machine only: use 127.0.0.1, [::1] or "
              "localhost, or see --allow-target");
}

// The scheme of a URL, in the words of the engine that speaks it.
struct Scheme {
  const EngineWords* engine = nullptr;
  std::string name;
  bool secure = false;
};

std::optional<Scheme> find_scheme(std::string_view name,
                                  const LoadWords& words) {
  for (const EngineWords& engine : words) {
    for (const std::string& plain : engine.plain_schemes)
      if (plain == name) return Scheme{&engine, plain, false};
    for (const std::string& secure : engine.secure_schemes)
      if (secure == name) return Scheme{&engine, secure, true};
  }
  return std::nullopt;
}

std::string resource_of(Engine engine) {
  if (engine == Engine::kRedis) return "/DATABASE";
  return engine == Engine::kTcp ? "" : "/PATH";
}

std::string shape_of(const Scheme& scheme) {
  return fmt::format("{}://HOST:PORT{}", scheme.name,
                     resource_of(scheme.engine->engine));
}

std::string unix_shape_of(const Scheme& scheme) {
  const std::string resource = resource_of(scheme.engine->engine);
  return fmt::format("{}+unix:/SOCKET{}{}", scheme.name,
                     resource.empty() ? "" : ":", resource);
}

tl::unexpected<Error> unknown_scheme(std::string_view url,
                                     std::string_view name,
                                     const LoadWords& words) {
  std::vector<std::string> known;
  for (const EngineWords& engine : words) {
    known.insert(known.end(), engine.plain_schemes.begin(),
                 engine.plain_schemes.end());
    known.insert(known.end(), engine.secure_schemes.begin(),
                 engine.secure_schemes.end());
  }
  const std::optional<std::string> nearest = nearest_word(name, known);
  return malformed("a URL such as ws://127.0.0.1:PORT/", url, {},
                   nearest ? fmt::format("did you mean `{}`?", *nearest)
                           : "the schemes are " + any_of(known, "and"));
}

Status check_resource(const LoadAddress& address, std::string_view wanted,
                      std::string_view url) {
  const std::string_view resource = address.resource;
  if (resource.find('#') != std::string_view::npos)
    return malformed(wanted, url, " with a fragment");
  if (resource.empty() || resource == "/") return {};
  if (address.engine == Engine::kTcp)
    return malformed(wanted, url, " with a path");
  unsigned database = 0;
  if (address.engine == Engine::kRedis &&
      !parse_decimal(resource.substr(1), kMostDatabases, database))
    return malformed(wanted, url,
                     " with a path that is not the number of a database");
  return {};
}

// What follows SCHEME+unix: in a URL.
Status parse_unix(std::string_view rest, std::string_view wanted,
                  std::string_view url, LoadAddress& address) {
  // An empty authority may be written out, as in file:///.
  if (rest.starts_with("///")) rest.remove_prefix(2);
  const std::size_t colon = std::min(rest.find(':'), rest.size());
  address.socket_path = rest.substr(0, colon);
  rest.remove_prefix(colon);
  if (address.socket_path.size() < 2 || !address.socket_path.starts_with('/') ||
      address.socket_path.starts_with("//"))
    return malformed(wanted, url, " without the absolute path of a socket");
  if (address.socket_path.size() > kLongestSocketPath)
    return malformed(fmt::format("the path of a socket of at most {} bytes",
                                 kLongestSocketPath),
                     address.socket_path,
                     fmt::format(" of {} bytes", address.socket_path.size()));
  if (!rest.empty()) rest.remove_prefix(1);
  if (!rest.empty() && !rest.starts_with('/'))
    return malformed(wanted, url,
                     " with something else than a path after the socket");
  address.resource = rest;
  return check_resource(address, wanted, url);
}

// What follows SCHEME:// in a URL.
Status parse_tcp(std::string_view rest, std::string_view wanted,
                 std::string_view url, Hosts hosts, LoadAddress& address) {
  const std::size_t path = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view authority = rest.substr(0, path);
  rest.remove_prefix(path);
  // What stands there may be a password, so it is not repeated.
  if (authority.find('@') != std::string_view::npos)
    return fail(ErrorKind::kUsage,
                fmt::format("wanted {}, found a user name in it", wanted),
                address.engine == Engine::kRedis
                    ? "use the keys `username` and `password`"
                    : "user and password belong into a header");
  if (rest.starts_with('?')) return malformed(wanted, url, " without a path");
  address.resource = rest;
  TIDEMARK_TRY(check_resource(address, wanted, url));
  Result<ServerAddress> server = parse_endpoint(authority, hosts);
  TIDEMARK_TRY(server);
  address.server = std::move(*server);
  return {};
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  return host == "localhost" || host == "::1" || loopback_v4(host);
}

Result<std::uint32_t> parse_loopback_v4(std::string_view text) {
  const std::optional<std::uint32_t> address = loopback_v4(text);
  if (address) return *address;
  return malformed("an address in 127.0.0.0/8", text);
}

Result<ServerAddress> parse_endpoint(std::string_view endpoint, Hosts hosts) {
  constexpr std::string_view wanted = "HOST:PORT";
  ServerAddress address;
  std::string_view rest = endpoint;
  if (rest.starts_with('[')) {
    const std::size_t close = rest.find(']');
    if (close == std::string_view::npos) return malformed(wanted, endpoint);
    address.host = rest.substr(1, close - 1);
    if (hosts == Hosts::kAny && address.host.find(':') == std::string::npos)
      return malformed(wanted, endpoint, " with [ ] around no IPv6 address");
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
  TIDEMARK_TRY(check_host(address.host, hosts));
  if (rest.size() < 2 || rest.front() != ':')
    return malformed(wanted, endpoint, " without a port");
  unsigned port = 0;
  if (!parse_decimal(rest.substr(1), 65535, port) || port == 0)
    return malformed("a port from 1 to 65535", rest.substr(1));
  address.port = static_cast<std::uint16_t>(port);
  return address;
}

Result<LoadAddress> parse_load_address(std::string_view url,
                                       const LoadWords& words, Hosts hosts) {
  const std::size_t colon = std::min(url.find(':'), url.size());
  std::string_view name = url.substr(0, colon);
  const bool is_unix = name.ends_with(kUnixSuffix);
  if (is_unix) name.remove_suffix(kUnixSuffix.size());
  const std::optional<Scheme> scheme = find_scheme(name, words);
  if (!scheme) return unknown_scheme(url, name, words);
  const std::string wanted =
      is_unix ? unix_shape_of(*scheme) : shape_of(*scheme);
  const bool clean = std::all_of(url.begin(), url.end(),
                                 [](char c) { return c > ' ' && c < 0x7F; });
  if (!clean)
    return malformed(wanted, url, ", which has a character no URL may have");
  LoadAddress address;
  address.scheme = scheme->name;
  address.engine = scheme->engine->engine;
  address.secure = scheme->secure;
  std::string_view rest = url.substr(std::min(colon + 1, url.size()));
  if (is_unix) {
    TIDEMARK_TRY(parse_unix(rest, wanted, url, address));
    return address;
  }
  if (!rest.starts_with("//")) return malformed(wanted, url);
  TIDEMARK_TRY(parse_tcp(rest.substr(2), wanted, url, hosts, address));
  return address;
}

}  // namespace tidemark
