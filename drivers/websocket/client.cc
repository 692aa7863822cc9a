#include "drivers/websocket/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "drivers/websocket/frame.h"

namespace tidemark::websocket {
namespace {

// A service that pings and does not read gets no more pongs than this.
constexpr std::size_t kMaxUnsentForPong = 64 << 10;
// An unfinished frame promises this much, or twice what is sent of it.
constexpr std::size_t kUnfinished = 1024;

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Client::Client(ClientShared& shared)
    : shared_(shared), codec_(Role::kClient, shared.pool) {}

bool Client::greet(std::string& out) {
  greeting_ = std::make_unique<Greeting>();
  greeting_->key = shared_.handshake.new_key(shared_.pool);
  shared_.handshake.append_request(greeting_->key, out);
  stage_ = Stage::kGreeting;
  return false;
}

void Client::send(const Request& request, const Sending& sending,
                  std::string& out) {
  const MessageRequest& message = static_cast<const MessageRequest&>(request);
  if (message.receives || mute_ == Mute::kAll) return;
  std::string_view payload = message.constant;
  if (message.generated) {
    payload = sending.generated;
  } else if (!message.body.constant()) {
    shared_.scratch.clear();
    message.body.append(sending.context, shared_.scratch);
    payload = shared_.scratch;
    if (message.compares) sent_ = std::make_unique<std::string>(payload);
  }
  // The codec refuses text that is not UTF-8, as a variable may make it: the
  // scenario asked for it, and what the service makes of it is to be seen.
  if (!codec_.append(message.kind, payload, out))
    append_frame(kFin | kText, payload, shared_.random, out);
}

void Client::take(std::span<std::uint8_t> input, ConversationEvents& events) {
  if (stage_ == Stage::kGreeting) take_reply(input, events);
  while ((stage_ == Stage::kOpen || stage_ == Stage::kClosing) &&
         events.alive()) {
    const Result<std::optional<Message>> message = codec_.next(input);
    if (!message) {
      on_violation(message.error().message, events);
      return;
    }
    if (!*message) return;
    on_message(**message, events);
  }
}

void Client::take_reply(std::span<std::uint8_t>& input,
                        ConversationEvents& events) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t limit = static_cast<std::size_t>(kMaxReplyHead.value);
  std::string& head = greeting_->reply;
  const std::size_t before = head.size();
  head += as_text(input.first(std::min(input.size(), limit - before)));
  const std::size_t from = before < kEnd.size() ? 0 : before - kEnd.size();
  const std::size_t end = head.find(kEnd, from);
  if (end == std::string::npos) {
    if (head.size() < limit) return;
    stage_ = Stage::kOver;
    greeting_.reset();
    events.greeted(fail(ErrorKind::kEnvironment,
                        "the reply to the handshake is longer than 16 KiB"));
    return;
  }
  head.resize(end + kEnd.size());
  input = input.subspan(head.size() - before);
  Status reply = shared_.handshake.check_reply(head, greeting_->key);
  greeting_.reset();
  stage_ = reply ? Stage::kOpen : Stage::kOver;
  events.greeted(std::move(reply));
}

void Client::on_message(const Message& message, ConversationEvents& events) {
  switch (message.kind) {
    case MessageKind::kPing:
      if (stage_ != Stage::kOpen || mute_ == Mute::kAll ||
          events.out().size() > kMaxUnsentForPong)
        return;
      // Cannot fail: what came in a control frame fits into one.
      (void)codec_.append(MessageKind::kPong, message.payload, events.out());
      return;
    case MessageKind::kPong:
      return;
    case MessageKind::kClose:
      on_close(message.close_code, events);
      return;
    case MessageKind::kText:
    case MessageKind::kBinary:
      on_data(message, events);
      return;
  }
}

void Client::on_data(const Message& message, ConversationEvents& events) {
  Reply reply;
  reply.body = message.payload;
  reply.size = static_cast<std::int64_t>(message.payload.size());
  reply.binary = message.kind == MessageKind::kBinary;
  const MessageRequest* const request =
      static_cast<const MessageRequest*>(events.awaited());
  // What nobody waits for, a greeting or an answer that came too late, is no
  // echo and no error.
  if (stage_ != Stage::kOpen || request == nullptr || request->receives) {
    events.pushed(reply);
    return;
  }
  const std::unique_ptr<std::string> sent = std::move(sent_);
  const bool other_kind = request->echoes && message.kind != request->kind;
  const bool other_text = request->compares &&
                          message.payload != (sent ? *sent : request->constant);
  if (other_kind || other_text)
    reply.error = "an echo differed from what was sent";
  events.replied(reply);
}

void Client::on_close(std::uint16_t code, ConversationEvents& events) {
  const bool answers = std::exchange(stage_, Stage::kOver) == Stage::kClosing;
  if (answers) {
    events.ended(Ending::kAnswered, {});
    return;
  }
  // Fails for codes that may be received and not be sent: there are none.
  if (mute_ == Mute::kNothing)
    (void)codec_.append_close(code, {}, events.out());
  if (code == kNoCloseCode) {
    events.ended(Ending::kClosing, "closed by the service without a code");
    return;
  }
  events.ended(Ending::kClosing,
               fmt::format("closed by the service with code {}", code));
}

void Client::on_violation(std::string_view what, ConversationEvents& events) {
  const bool open = std::exchange(stage_, Stage::kOver) == Stage::kOpen;
  if (open && mute_ == Mute::kNothing)
    (void)codec_.append_close(codec_.violation_code(), {}, events.out());
  events.ended(Ending::kViolation,
               fmt::format("the service broke RFC 6455: {}", what));
}

bool Client::say_goodbye(const WeightedClose& how, std::string& out) {
  if (stage_ == Stage::kOver) return false;  // both close frames are out
  stage_ = Stage::kClosing;
  // Cannot fail: make_websocket_protocol() has tried every code and reason.
  (void)codec_.append_close(how.code, how.reason, out);
  return true;
}

void Client::begin_unfinished(const WeightedClose& close, std::string& out) {
  const std::size_t wanted =
      std::min(static_cast<std::size_t>(close.after_bytes),
               static_cast<std::size_t>(kMaxMessage.value) / 2);
  std::string whole;
  switch (close.behavior) {
    case CloseBehavior::kIgnoreClose:
      mute_ = Mute::kCloseFrame;
      return;
    case CloseBehavior::kAbortMidHandshake:
      shared_.handshake.append_request(shared_.handshake.new_key(shared_.pool),
                                       whole);
      break;
    case CloseBehavior::kAbortMidFrame:
      append_frame(kFin | kBinary,
                   std::string(std::max(kUnfinished, 2 * wanted), '\0'),
                   shared_.random, whole);
      break;
    case CloseBehavior::kAbortMidFragment:
      mute_ = Mute::kAll;
      append_frame(kText, std::string(wanted == 0 ? kUnfinished : wanted, 'x'),
                   shared_.random, out);
      return;
    default:
      return;
  }
  mute_ = Mute::kAll;
  const std::size_t half = whole.size() / 2;
  out.append(whole, 0, wanted == 0 ? half : std::min(wanted, whole.size() - 1));
}

}  // namespace tidemark::websocket
