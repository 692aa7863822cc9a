#include "harness/runtimes/v8/inspector_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>

#include "harness/base/short_text.h"
#include "harness/runtimes/v8/loopback_socket.h"

namespace tidemark::v8 {
namespace {

constexpr std::string_view kBlankLine = "\r\n\r\n";
constexpr std::string_view kScheme = "ws://";

tl::unexpected<Error> no_inspector(std::string why) {
  return fail(ErrorKind::kEnvironment, std::move(why));
}

bool starts_without_case(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  return std::equal(lower.begin(), lower.end(), text.begin(),
                    [](char a, char b) {
                      return a == std::tolower(static_cast<unsigned char>(b));
                    });
}

// The number in the line `Content-Length: N` of a head; -1: there is none.
std::int64_t content_length(std::string_view head) {
  constexpr std::string_view kName = "content-length:";
  for (std::size_t at = head.find('\n'); at != head.npos;
       at = head.find('\n', at)) {
    std::string_view line = head.substr(++at);
    line = line.substr(0, line.find_first_of("\r\n"));
    if (!starts_without_case(line, kName)) continue;
    const std::string_view digits = trimmed(line.substr(kName.size()));
    std::int64_t number = -1;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc() && end == digits.data() + digits.size() &&
        number >= 0)
      return number;
    return -1;
  }
  return -1;
}

}  // namespace

std::size_t listing_size(std::string_view reply) {
  const std::size_t blank = reply.find(kBlankLine);
  if (blank == reply.npos) return 0;
  const std::int64_t body = content_length(reply.substr(0, blank));
  if (body < 0) return 0;
  const std::size_t head = blank + kBlankLine.size();
  // What is too long is found too long by whoever reads it.
  return head +
         static_cast<std::size_t>(std::min<std::int64_t>(body, kMaxListing));
}

Result<std::string> parse_listing(std::string_view reply) {
  if (!reply.starts_with("HTTP/1."))
    return no_inspector("it does not speak HTTP");
  const std::string_view status =
      reply.substr(0, std::min(reply.find('\r'), reply.size()));
  if (status.size() < 12 || status.substr(9, 3) != "200")
    return no_inspector(
        fmt::format("it answers `{}` to /json/list", one_line(status)));
  const std::size_t blank = reply.find(kBlankLine);
  if (blank == reply.npos) return no_inspector("its reply has no end");
  const nlohmann::json list = nlohmann::json::parse(
      reply.substr(blank + kBlankLine.size()), nullptr, false);
  if (!list.is_array() || list.empty() || !list[0].is_object())
    return no_inspector("its /json/list is no list of debuggers");
  const auto url = list[0].find("webSocketDebuggerUrl");
  if (url == list[0].end() || !url->is_string())
    return no_inspector(
        "its debugger has no address: is one connected that wants to be "
        "alone?");
  const std::string& text = url->get_ref<const std::string&>();
  const std::size_t slash =
      text.starts_with(kScheme) ? text.find('/', kScheme.size()) : text.npos;
  const auto plain = [](unsigned char c) { return c > ' ' && c < 0x7f; };
  if (slash == text.npos || text.size() > 1024 ||
      !std::all_of(text.begin(), text.end(), plain))
    return no_inspector(
        fmt::format("`{}` is not the address of a debugger", one_line(text)));
  return text.substr(slash);
}

Result<std::string> find_debugger(std::uint16_t port, Clock& clock,
                                  Duration timeout, Cancelled cancelled) {
  const TimePoint until = clock.now() + timeout;
  Result<LoopbackSocket> socket =
      LoopbackSocket::connect(port, clock, until, std::move(cancelled));
  TIDEMARK_TRY(socket);
  TIDEMARK_TRY(socket->send(
      fmt::format("GET /json/list HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n"
                  "Connection: close\r\n\r\n",
                  port),
      until));
  std::string reply;
  std::array<std::uint8_t, 4096> part;
  for (;;) {
    const std::size_t whole = listing_size(reply);
    if (whole != 0 && reply.size() >= whole) break;
    if (reply.size() > kMaxListing)
      return no_inspector("its answer to /json/list is longer than 64 KiB");
    const Result<std::size_t> got = socket->receive(part, until);
    TIDEMARK_TRY(got);
    if (*got == 0) break;
    reply.append(reinterpret_cast<const char*>(part.data()), *got);
  }
  return parse_listing(reply);
}

}  // namespace tidemark::v8
