// The `load` section: how many connections, what they say, how they end.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>

#include "harness/scenario/address.h"
#include "harness/scenario/expand.h"
#include "harness/scenario/quantities.h"
#include "harness/scenario/sections.h"

namespace tidemark {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// Caps, not advice: past them a typing error is likelier than an intention.
constexpr std::uint32_t kMaxConnections = 1'000'000;
constexpr std::uint32_t kMaxMessages = 1'000'000;
constexpr std::uint32_t kMaxWeight = 1'000'000;
constexpr double kMaxRate = 1e6;  // connections per second
constexpr Bytes kMaxMessageSize{16 << 20};

constexpr std::size_t kSchemeLength = 5;  // ws://

constexpr int kSamplePort = 65535;  // as in read_target.cc

tl::unexpected<Error> refused(std::string message, std::string hint = {}) {
  return fail(ErrorKind::kUsage, std::move(message), std::move(hint));
}

Status check_url(const std::string& text) {
  TIDEMARK_TRY(check_variables(text));
  TIDEMARK_TRY(parse_ws_url(expand_port(text, kSamplePort)));
  return {};
}

// RFC 9110's token: what the name of a header and of a subprotocol may be.
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || marks.find(c) != std::string_view::npos;
  });
}

Status check_header_name(const std::string& name) {
  if (!is_token(name)) {
    return refused(
        fmt::format("`{}` is not the name of a header", printable(name)));
  }
  std::string lower = name;
  for (char& c : lower)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower == "sec-websocket-protocol")
    return refused(fmt::format("the header `{}` is set by tidemark", name),
                   "use load.subprotocols");
  if (lower == "host" || lower == "upgrade" || lower == "connection" ||
      lower.starts_with("sec-websocket-"))
    return refused(fmt::format("the header `{}` is set by tidemark", name));
  return {};
}

Status check_header_value(const std::string& value) {
  // A line break would start another header.
  for (char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7F) {
      return refused(fmt::format(
          "wanted a header value in one line, found `{}`", printable(value)));
    }
  }
  return check_variables(value);
}

Status check_subprotocol(const std::string& name) {
  if (is_token(name)) return {};
  return refused(fmt::format("wanted the name of a subprotocol, found `{}`",
                             printable(name)),
                 "letters, digits and - . _ but no blanks");
}

// The codes an endpoint may put into a close frame (RFC 6455 §7.4 and the
// registry); 1005, 1006 and 1015 are never sent.
bool is_sendable(std::uint64_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

const std::vector<std::string> kBehaviors = {"graceful", "reset", "fin"};

void read_close_code(Section& section, WeightedClose& close) {
  const Node* node = section.find("code");
  if (node == nullptr) return;
  const std::string name = section.path("code");
  const std::optional<std::uint64_t> code =
      read_whole(*node, name, 1000, 4999, section.problems());
  if (!code) return;
  if (!is_sendable(*code)) {
    add_mismatch(*node, name, "a code that may be sent", section.problems(),
                 "1000 to 1003, 1007 to 1014 or 3000 to 4999");
    return;
  }
  if (close.behavior != CloseBehavior::kGraceful) {
    section.problems().add(
        node->at, fmt::format("`{}`: only a graceful close sends a code", name),
        "leave it out");
    return;
  }
  close.code = static_cast<std::uint16_t>(*code);
}

WeightedClose read_close(const Node& node, const std::string& name,
                         Diagnostics& problems) {
  WeightedClose close;
  const auto set_behavior = [&](const Node& word, const std::string& path) {
    const std::optional<std::size_t> index =
        read_word(word, path, kBehaviors, problems);
    if (index) close.behavior = static_cast<CloseBehavior>(*index);
  };
  if (node.kind == NodeKind::kScalar) {
    set_behavior(node, name);
    return close;
  }
  Section section(node, name, problems);
  const Node* behavior =
      section.require("behavior", "write graceful, reset or fin");
  if (behavior != nullptr) set_behavior(*behavior, section.path("behavior"));
  section.whole("weight", close.weight, 1, kMaxWeight);
  read_close_code(section, close);
  section.finish();
  return close;
}

void read_closes(Section& section, std::vector<WeightedClose>& closes) {
  const Node* node = section.find("close");
  if (node == nullptr) return;
  const std::string name = section.path("close");
  if (node->kind == NodeKind::kScalar) {
    closes = {read_close(*node, name, section.problems())};
    return;
  }
  if (node->kind != NodeKind::kList) {
    add_mismatch(*node, name, "a word or a list", section.problems(),
                 "write reset, or [ { behavior: reset, weight: 1 } ]");
    return;
  }
  if (node->items.empty()) {
    section.problems().add(
        node->at,
        fmt::format("`{}`: wanted at least one way to close, found none", name),
        "leave it out for graceful");
    return;
  }
  closes.clear();
  for (std::size_t i = 0; i < node->items.size(); ++i)
    closes.push_back(read_close(node->items[i], fmt::format("{}[{}]", name, i),
                                section.problems()));
}

void read_connect_rate(Section& section, double& rate) {
  const Node* node = section.find("connectRate");
  if (node == nullptr) return;
  const std::string name = section.path("connectRate");
  if (node->kind != NodeKind::kScalar) {
    add_mismatch(*node, name, "a rate", section.problems(),
                 "write it like 100/s or 5000/m");
    return;
  }
  const Result<double> parsed = parse_rate(node->text);
  if (!parsed) {
    add_error(*node, name, parsed.error(), section.problems());
  } else if (*parsed > kMaxRate) {
    add_mismatch(*node, name, fmt::format("at most {}/s", kMaxRate),
                 section.problems());
  } else {
    rate = *parsed;
  }
}

void read_send(Section section, Traffic& traffic) {
  section.whole("count", traffic.messages, 0, kMaxMessages);
  section.size("size", traffic.size, kMaxMessageSize);
  section.flag("binary", traffic.binary);
  section.word<ReplyRule>(
      "expect", traffic.replies,
      {{"echo", ReplyRule::kEcho}, {"ignore", ReplyRule::kIgnore}});
  section.finish();
}

void read_timeouts(Section section, Timeouts& timeouts) {
  const Duration least = milliseconds(1);
  section.duration("connect", timeouts.connect, least, hours(1));
  section.duration("handshake", timeouts.handshake, least, hours(1));
  section.duration("response", timeouts.response, least, hours(1));
  section.duration("close", timeouts.close, least, hours(1));
  section.finish();
}

}  // namespace

void read_load(Section section, LoadSpec& load) {
  int engine = 0;  // one so far; asked for so that others are refused
  section.word<int>("engine", engine, {{"websocket", 0}});
  section.require("url",
                  "say whom to call: url: \"ws://127.0.0.1:{{ port }}/\"");
  section.text("url", load.url, check_url);
  // `ws://HOST:PORT` means its root; drivers need not know.
  if (load.url.find('/', kSchemeLength) == std::string::npos &&
      !load.url.empty())
    load.url += '/';
  section.whole("connections", load.connections, 1, kMaxConnections);
  read_connect_rate(section, load.connect_rate);
  section.duration("hold", load.hold, Duration(0), hours(1));
  if (std::optional<Section> send = section.section("send"))
    read_send(std::move(*send), load.traffic);
  read_closes(section, load.close);
  section.text_map("headers", load.headers, check_header_name,
                   check_header_value);
  section.texts("subprotocols", load.subprotocols, check_subprotocol);
  if (std::optional<Section> timeouts = section.section("timeouts"))
    read_timeouts(std::move(*timeouts), load.timeouts);
  if (const Node* seed = section.find("seed")) {
    const std::optional<std::uint64_t> value = read_whole(
        *seed, section.path("seed"), 0,
        std::numeric_limits<std::uint64_t>::max(), section.problems());
    if (value) load.seed = *value;
  }
  section.finish();
}

}  // namespace tidemark
