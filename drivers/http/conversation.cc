#include "drivers/http/conversation.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>

namespace tidemark::http {
namespace {

constexpr std::uint32_t kAnnouncedBody = 16 << 10;  // of an aborted upload

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Reply message(std::string_view body) {
  Reply reply;
  reply.body = body;
  reply.size = static_cast<std::int64_t>(body.size());
  return reply;
}

}  // namespace

void ReplyParser::on_field_impl(Field field, View, View value, ErrorCode&) {
  constexpr View kEvents = "text/event-stream";
  // Trailers come here, too.
  if (field != Field::content_type || is_header_done()) return;
  event_stream =
      value.size() >= kEvents.size() &&
      boost::beast::iequals(value.substr(0, kEvents.size()), kEvents);
}

void HttpConversation::send(const Request& request, const Sending& sending,
                            std::string& out) {
  static_cast<const HttpRequest&>(request).append(sending, workshop_.scratch,
                                                  out);
}

void HttpConversation::take(std::span<std::uint8_t> input,
                            ConversationEvents& events) {
  while (state_ != State::kOver && events.alive()) {
    if (state_ == State::kTunnel) {
      if (input.empty()) return;
      events.pushed(message(as_text(input)));
      return;
    }
    if (!reader_.reading() && !input.empty() && !begin_reply(events)) return;
    Found found;
    switch (reader_.next(input, found)) {
      case Progress::kMore:
        return;
      case Progress::kBroken:
        end(Ending::kViolation, "not HTTP: " + describe(found.error), events);
        return;
      case Progress::kHead:
        take_head(found.head, events);
        break;
      case Progress::kBody:
        take_piece(reader_.parser().piece, events);
        break;
    }
    if (state_ == State::kReplies && reader_.reading() &&
        reader_.parser().is_done())
      finish_reply(events);
  }
}

bool HttpConversation::begin_reply(ConversationEvents& events) {
  const HttpRequest* request =
      static_cast<const HttpRequest*>(events.awaited());
  if (request == nullptr) {
    end(Ending::kViolation, "a reply that nobody asked for", events);
    return false;
  }
  reader_.start().skip(request->head_only);
  size_ = 0;
  streams_ = false;
  keep_body_ = request->keep_body;
  keep_head_ = request->keep_head;
  any_status_ = request->any_status;
  tunnels_ = request->tunnels;
  return true;
}

HttpConversation::Kept& HttpConversation::kept() {
  if (!kept_) kept_ = std::make_unique<Kept>();
  return *kept_;
}

void HttpConversation::take_head(std::string_view head,
                                 ConversationEvents& events) {
  ReplyParser& parser = reader_.parser();
  if (keep_head_) kept().head = head;
  const unsigned status = parser.status;
  if (status == 101 || (tunnels_ && status / 100 == 2)) {
    tell_reply(events);
    reader_.finish();
    kept_.reset();
    if (state_ == State::kReplies) state_ = State::kTunnel;
    return;
  }
  if (parser.event_stream && !parser.is_done()) {
    tell_reply(events);
    streams_ = true;
  }
}

void HttpConversation::take_piece(std::string_view piece,
                                  ConversationEvents& events) {
  size_ += static_cast<std::int64_t>(piece.size());
  if (streams_) {
    EventStream& stream = kept().events;
    while (events.alive() && stream.next(piece))
      events.pushed(message(stream.data()));
    return;
  }
  // A body of one piece is told as it is.
  if (!keep_body_ || piece.empty() ||
      reader_.parser().content_length() == piece.size())
    return;
  std::string& body = kept().body;
  body += piece.substr(0, kMaxKeptBody - body.size());
}

void HttpConversation::tell_reply(ConversationEvents& events) {
  const int status = static_cast<int>(reader_.parser().status);
  Reply reply;
  reply.status = status;
  reply.size = size_;
  if (keep_body_) reply.body = reader_.parser().piece;
  if (kept_) {
    reply.head = kept_->head;
    if (!kept_->body.empty()) reply.body = kept_->body;
  }
  fmt::memory_buffer error;
  if (status >= 400 && !any_status_) {
    fmt::format_to(fmt::appender(error), "HTTP {}", status);
    reply.error = {error.data(), error.size()};
  }
  events.replied(reply);
}

void HttpConversation::finish_reply(ConversationEvents& events) {
  // "Continue" and the like: the reply itself is still to come.
  const bool interim = reader_.parser().status / 100 == 1;
  const bool goes_on = reader_.parser().keep_alive();
  if (!streams_ && !interim) tell_reply(events);
  kept_.reset();
  reader_.finish();
  if (!goes_on && !interim && events.alive())
    end(Ending::kAnswered, "Connection: close", events);
}

void HttpConversation::take_end(ConversationEvents& events) {
  if (state_ != State::kReplies || !reader_.reading() || !events.alive())
    return;
  ReplyParser& parser = reader_.parser();
  if (parser.is_header_done() && parser.need_eof()) {
    finish_reply(events);
    return;
  }
  end(Ending::kViolation, "the reply was cut short", events);
}

void HttpConversation::end(Ending how, std::string_view why,
                           ConversationEvents& events) {
  state_ = State::kOver;
  reader_.finish();
  events.ended(how, why);
}

void HttpConversation::begin_unfinished(const WeightedClose& close,
                                        std::string& out) {
  const std::string& opening = workshop_.opening;
  const std::uint32_t bytes = close.after_bytes;
  switch (close.behavior) {
    case CloseBehavior::kAbortMidHandshake: {
      const std::string head = "GET" + opening + "\r\n";
      const std::size_t most = head.size() - 1;
      out += std::string_view(head).substr(
          0, bytes == 0 ? head.size() / 2 : std::min<std::size_t>(bytes, most));
      break;
    }
    case CloseBehavior::kAbortMidBody: {
      const std::size_t sent = bytes == 0 ? kAnnouncedBody / 2 : bytes;
      out += fmt::format("POST{}Content-Length: {}\r\n\r\n", opening, 2 * sent);
      out.append(sent, 'x');
      break;
    }
    case CloseBehavior::kUnreadBody:
      out += "GET" + opening + "\r\n";
      break;
    default:
      break;
  }
}

}  // namespace tidemark::http
