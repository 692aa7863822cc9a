#include "harness/hunt/address.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemark {
namespace {

constexpr std::string_view kPort = "{{ port }}";
constexpr std::string_view kUnix = "unix:";

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

// `{{port}}` in any of its spellings at the start of `text`: how long it is.
std::size_t port_variable(std::string_view text) {
  if (!text.starts_with("{{")) return 0;
  const std::size_t end = text.find("}}");
  if (end == text.npos) return 0;
  std::string inner(text.substr(2, end - 2));
  std::erase(inner, ' ');
  return inner == "port" ? end + 2 : 0;
}

tl::unexpected<Error> no_address(std::string_view text) {
  return fail(ErrorKind::kUsage,
              fmt::format("wanted the address of a service, found `{}`", text),
              "for example ws://127.0.0.1:{port}/chat, 127.0.0.1:8080 or "
              "unix:/run/service.sock");
}

// HOST:PORT, :PORT or PORT, with a host in the end.
std::string with_host(std::string_view place) {
  if (is_number(place) || place == kPort)
    return fmt::format("127.0.0.1:{}", place);
  if (place.starts_with(':')) return fmt::format("127.0.0.1{}", place);
  return std::string(place);
}

// Behind SCHEME+unix: or unix:, a socket and perhaps :/PATH.
Result<HuntAddress> on_unix_socket(HuntAddress address, std::string_view rest,
                                   std::string_view whole) {
  if (rest.starts_with("///")) rest.remove_prefix(2);
  const std::size_t colon = std::min(rest.find(':'), rest.size());
  address.unix_socket = true;
  address.place = rest.substr(0, colon);
  if (!address.place.starts_with('/')) return no_address(whole);
  if (colon < rest.size()) address.resource = rest.substr(colon + 1);
  return address;
}

}  // namespace

std::string scenario_word(std::string_view word) {
  constexpr std::string_view kShort = "{port}";
  std::string result;
  for (std::size_t i = 0; i < word.size();) {
    const std::string_view rest = word.substr(i);
    if (const std::size_t length = port_variable(rest); length > 0) {
      result += kPort;
      i += length;
    } else if (rest.starts_with(kShort)) {
      result += kPort;
      i += kShort.size();
    } else {
      result += word[i++];
    }
  }
  return result;
}

Result<HuntAddress> parse_hunt_address(std::string_view text) {
  const std::string whole = scenario_word(text);
  std::string_view rest = whole;
  HuntAddress address;
  if (rest.starts_with(kUnix))
    return on_unix_socket(address, rest.substr(kUnix.size()), text);
  const std::size_t plus = rest.find("+unix:");
  if (plus != rest.npos && plus < rest.find('/')) {
    address.scheme = rest.substr(0, plus);
    return on_unix_socket(address, rest.substr(plus + 6), text);
  }
  if (const std::size_t scheme = rest.find("://"); scheme != rest.npos) {
    address.scheme = rest.substr(0, scheme);
    if (address.scheme.empty()) return no_address(text);
    rest.remove_prefix(scheme + 3);
  }
  const std::size_t path = std::min(rest.find('/'), rest.size());
  address.place = with_host(rest.substr(0, path));
  address.resource = rest.substr(path);
  const std::size_t colon = address.place.rfind(':');
  if (colon == std::string::npos || colon == 0) return no_address(text);
  const std::string_view port =
      std::string_view(address.place).substr(colon + 1);
  if (!is_number(port) && port != kPort) return no_address(text);
  return address;
}

std::string url_of(const HuntAddress& address, std::string_view scheme,
                   std::string_view resource) {
  if (!address.unix_socket)
    return fmt::format("{}://{}{}", scheme, address.place, resource);
  return fmt::format("{}+unix:{}{}{}", scheme, address.place,
                     resource.empty() ? "" : ":", resource);
}

}  // namespace tidemark
