#include "drivers/http/responder.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <deque>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "drivers/http/message_reader.h"

namespace tidemark {
namespace {

namespace beast = boost::beast;
using http::ErrorCode;
using http::MessageReader;
using http::Progress;

// Requests without an answer, and what is kept of their bodies: a client
// that only sends must not fill the memory.
constexpr std::size_t kMaxWaiting = 10'000;
constexpr std::size_t kMaxEcho = 1 << 20;
constexpr std::size_t kMaxEchoes = 16 << 20;
constexpr std::size_t kMaxTitle = 80;

class RequestParser final : public http::Parser<true> {
 public:
  static constexpr auto kBadBegin = beast::http::error::bad_method;
  static bool can_begin_with(std::string_view begin) {
    return http::can_be_request(begin);
  }
  static std::string mend(std::string_view) { return {}; }

  std::string method;
  std::string target;
  bool expects_continue = false;
  bool http_1_0 = false;

 private:
  using Field = beast::http::field;
  void on_request_impl(beast::http::verb, View name, View where, int version,
                       ErrorCode&) override {
    method.assign(name.data(), name.size());
    target.assign(where.data(), where.size());
    http_1_0 = version < 11;
  }
  void on_response_impl(int, View, int, ErrorCode&) override {}
  void on_field_impl(Field field, View, View value, ErrorCode&) override {
    if (field == Field::expect && !is_header_done())
      expects_continue = beast::iequals(value, "100-continue");
  }
};

// "http://host/items?page=2" → "/items"
std::string_view path_of(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (!target.starts_with('/') && scheme != std::string_view::npos) {
    target.remove_prefix(scheme + 3);
    const std::size_t slash = target.find('/');
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return target.substr(0, target.find_first_of("?#"));
}

std::string title_of(const RequestParser& request) {
  std::string title = request.method.substr(0, kMaxTitle);
  title += ' ';
  title += std::string_view(request.target).substr(0, kMaxTitle);
  for (char& c : title)
    if (c < 0x20 || c > 0x7e) c = '?';
  return title.substr(0, kMaxTitle);
}

using Headers = std::map<std::string, std::string>;

const std::string* find_header(const StandInRule& rule, std::string_view name) {
  const auto found = std::find_if(
      rule.headers.begin(), rule.headers.end(),
      [&](const auto& header) { return beast::iequals(header.first, name); });
  return found == rule.headers.end() ? nullptr : &found->second;
}

// How the end of an answer is told.
enum class Framing { kLength, kChunks, kFin };

// RFC 9112 §6.3: chunked is the last coding of what goes on after the body.
Framing framing_of(const StandInRule& rule) {
  const std::string* codings = find_header(rule, "Transfer-Encoding");
  if (codings == nullptr) return Framing::kLength;
  std::string_view last = *codings;
  last.remove_prefix(last.find_last_of(", \t") + 1);
  return beast::iequals(last, "chunked") ? Framing::kChunks : Framing::kFin;
}

void append_body(std::string_view body, Framing framing, std::string& out) {
  if (framing != Framing::kChunks) {
    out += body;
    return;
  }
  if (!body.empty())
    fmt::format_to(std::back_inserter(out), "{:x}\r\n{}\r\n", body.size(),
                   body);
  out += "0\r\n\r\n";
}

bool has_body(int status) {
  return status / 100 != 1 && status != 204 && status != 304;
}

void append_first_line(int status, std::string_view reason, std::string& out) {
  std::string_view text = reason;
  if (text.empty() && status >= 100 && status <= 599) {
    const beast::string_view known = beast::http::obsolete_reason(
        beast::http::int_to_status(static_cast<unsigned>(status)));
    text = {known.data(), known.size()};
  }
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} ", status);
  const std::size_t from = out.size();
  out += text;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(from), out.end(),
      [](char c) { return c == '\r' || c == '\n'; }, ' ');
  out += "\r\n";
}

// A request that has no answer yet.
struct Waiting {
  bool head_only = false;
  bool keep_alive = true;
  bool http_1_0 = false;
  std::string before;  // what is said ahead of the answer
  std::string body;    // as far as it is kept
};

class HttpResponder final : public Responder {
 public:
  explicit HttpResponder(bool keeps_bodies) : keeps_bodies_(keeps_bodies) {}

  void take(std::span<std::uint8_t> input, ResponderEvents& events) override;
  bool answer(const StandInRule* rule, std::string_view generated,
              std::string& out) override;
  void say_goodbye(std::string&) override {}  // FIN is HTTP's good-bye

 private:
  void begin_request(std::span<std::uint8_t>& input);
  void take_head(ResponderEvents& events);
  void take_piece(std::string_view piece);
  void finish_request(ResponderEvents& events);
  void give_up(int status, std::string trouble, ResponderEvents& events);
  std::string& own_words(ResponderEvents& events);

  const bool keeps_bodies_;
  MessageReader<RequestParser> reader_;
  std::deque<Waiting> waiting_;
  std::string body_;        // of the request that is being read
  std::string own_words_;   // that the waiting answers come before
  std::size_t echoes_ = 0;  // bytes of all bodies that are kept
  bool over_ = false;       // nothing is read any more
};

void HttpResponder::begin_request(std::span<std::uint8_t>& input) {
  // RFC 9112 §2.2: line ends before a request are nothing.
  std::size_t blank = 0;
  while (blank < input.size() && (input[blank] == '\r' || input[blank] == '\n'))
    ++blank;
  input = input.subspan(blank);
  if (!input.empty()) reader_.start();
}

void HttpResponder::take(std::span<std::uint8_t> input,
                         ResponderEvents& events) {
  while (!over_) {
    if (!reader_.reading()) begin_request(input);
    http::Found found;
    switch (reader_.next(input, found)) {
      case Progress::kMore:
        return;
      case Progress::kBroken: {
        const bool large = found.error == beast::http::error::header_limit;
        give_up(large ? 431 : 400, "not HTTP: " + http::describe(found.error),
                events);
        return;
      }
      case Progress::kHead:
        take_head(events);
        break;
      case Progress::kBody:
        take_piece(reader_.parser().piece);
        break;
    }
    if (reader_.parser().is_done()) finish_request(events);
  }
}

// Before earlier answers they would be taken for one of them.
std::string& HttpResponder::own_words(ResponderEvents& events) {
  return waiting_.empty() ? events.out() : own_words_;
}

void HttpResponder::take_head(ResponderEvents& events) {
  const RequestParser& request = reader_.parser();
  if (request.expects_continue && !request.is_done())
    own_words(events) += "HTTP/1.1 100 Continue\r\n\r\n";
}

void HttpResponder::take_piece(std::string_view piece) {
  if (!keeps_bodies_) return;
  const std::size_t room = std::min(kMaxEcho - body_.size(),
                                    kMaxEchoes - std::min(kMaxEchoes, echoes_));
  const std::size_t kept = std::min(room, piece.size());
  body_ += piece.substr(0, kept);
  echoes_ += kept;
}

void HttpResponder::finish_request(ResponderEvents& events) {
  const RequestParser& request = reader_.parser();
  Waiting waiting;
  waiting.head_only = request.method == "HEAD";
  waiting.keep_alive = request.keep_alive();
  waiting.http_1_0 = request.http_1_0;
  waiting.body = std::exchange(body_, {});
  const std::string target = request.target;
  const std::string title = title_of(request);
  reader_.finish();
  if (waiting_.size() == kMaxWaiting) {
    give_up(503, "too many requests without an answer", events);
    return;
  }
  waiting.before = std::exchange(own_words_, {});
  over_ = !waiting.keep_alive;
  waiting_.push_back(std::move(waiting));
  events.asked({.what = path_of(target), .title = title});
}

void HttpResponder::give_up(int status, std::string trouble,
                            ResponderEvents& events) {
  over_ = true;
  reader_.finish();
  std::string& out = own_words(events);
  append_first_line(status, {}, out);
  out += "Content-Length: 0\r\nConnection: close\r\n\r\n";
  events.ended(trouble);
}

// Everything of an answer but its first line and its body.
struct AnswerHead {
  const StandInRule& rule;
  const Waiting& request;
  std::size_t size = 0;
  bool keep_alive = true;
};

void append_headers(const AnswerHead& head, std::string& out) {
  const StandInRule& rule = head.rule;
  for (const auto& [name, value] : rule.headers)
    out.append(name).append(": ").append(value).append("\r\n");
  if (has_body(rule.status)) {
    if (head.size > 0 && find_header(rule, "Content-Type") == nullptr)
      out += "Content-Type: text/plain\r\n";
    if (find_header(rule, "Content-Length") == nullptr &&
        find_header(rule, "Transfer-Encoding") == nullptr)
      fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n",
                     head.size);
  }
  if (find_header(rule, "Connection") == nullptr) {
    if (!head.keep_alive)
      out += "Connection: close\r\n";
    else if (head.request.http_1_0)
      out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

bool HttpResponder::answer(const StandInRule* rule, std::string_view generated,
                           std::string& out) {
  static const StandInRule kPlain = [] {
    StandInRule plain;
    plain.reply = "ok\n";
    return plain;
  }();
  if (rule == nullptr) rule = &kPlain;
  Waiting request;
  if (!waiting_.empty()) {
    request = std::move(waiting_.front());
    waiting_.pop_front();
  }
  echoes_ -= std::min(echoes_, request.body.size());
  out += request.before;

  const std::string* connection = find_header(*rule, "Connection");
  const Framing framing = framing_of(*rule);
  const bool keep_alive =
      request.keep_alive && rule->close != CloseBehavior::kGraceful &&
      framing != Framing::kFin &&
      (connection == nullptr || !beast::iequals(*connection, "close"));
  std::string_view body = rule->reply;
  if (rule->echo) body = request.body;
  if (rule->size) body = generated;
  for (std::uint32_t i = 0; i < rule->repeat; ++i) {
    if (rule->raw) {
      out += body;
      continue;
    }
    append_first_line(rule->status, rule->error, out);
    append_headers({*rule, request, body.size(), keep_alive}, out);
    if (has_body(rule->status) && !request.head_only)
      append_body(body, framing, out);
  }
  over_ = over_ || !keep_alive;
  if (keep_alive && waiting_.empty()) out += std::exchange(own_words_, {});
  return keep_alive;
}

class HttpStandIn final : public StandInProtocol {
 public:
  explicit HttpStandIn(const StandInSpec& spec)
      : keeps_bodies_(
            std::any_of(spec.rules.begin(), spec.rules.end(),
                        [](const StandInRule& rule) { return rule.echo; })) {}

  std::unique_ptr<Responder> start() override {
    return std::make_unique<HttpResponder>(keeps_bodies_);
  }

  bool fits(const StandInRule& rule, const Asked& request) const override {
    std::string_view when = rule.when;
    if (when.empty()) return true;
    if (!when.ends_with('*')) return request.what == when;
    when.remove_suffix(1);
    return request.what.starts_with(when);
  }

 private:
  const bool keeps_bodies_;
};

}  // namespace

std::unique_ptr<StandInProtocol> make_http_responder(const StandInSpec& spec) {
  return std::make_unique<HttpStandIn>(spec);
}

}  // namespace tidemark
