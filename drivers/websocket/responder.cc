#include "drivers/websocket/responder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "drivers/websocket/codec_hybi13.h"
#include "drivers/websocket/server_handshake.h"

namespace tidemark {
namespace {

using websocket::Codec;
using websocket::CodecPool;
using websocket::Message;
using websocket::MessageKind;
using websocket::Role;
using websocket::UpgradeRefusal;
using websocket::UpgradeRequest;

constexpr std::string_view kOfHandshake = "handshake";
// A client that pings and does not read gets no more pongs than this.
constexpr std::size_t kMaxUnsentForPong = 64 << 10;
// Messages that wait for their answer while a rule delays it.
constexpr std::size_t kMaxWaiting = 32 << 20;

class WebsocketResponder final : public Responder {
 public:
  explicit WebsocketResponder(CodecPool& pool) : codec_(Role::kServer, pool) {}

  void take(std::span<std::uint8_t> input, ResponderEvents& events) override {
    if (stage_ == Stage::kHandshake && !take_request(input, events)) return;
    while (stage_ != Stage::kOver && !last_code_) {
      const Result<std::optional<Message>> message = codec_.next(input);
      if (!message) {
        on_violation(message.error().message, events);
        return;
      }
      if (!*message) return;
      on_message(**message, events);
    }
  }

  bool answer(const StandInRule* rule, std::string_view generated,
              std::string& out) override {
    if (stage_ == Stage::kAsked) return answer_handshake(rule, out);
    // Nothing may follow a refusal or a close frame.
    if (stage_ != Stage::kOpen) return false;
    if (waiting_.empty()) return true;
    const Waiting message = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_size_ -= kCostOfWaiting + message.payload.size();
    if (rule == nullptr || says_nothing(*rule)) {
      append(message.kind, message.payload, out);
    } else {
      for (std::uint32_t i = 0; i < rule->repeat; ++i)
        append_reply(*rule, message, generated, out);
    }
    return !close_after_last(out);
  }

  void say_goodbye(std::string& out) override {
    if (stage_ != Stage::kOpen) return;
    stage_ = Stage::kClosing;
    waiting_.clear();
    (void)codec_.append_close(1000, {}, out);
  }

 private:
  enum class Stage : std::uint8_t {
    kHandshake,
    kAsked,  // the handshake has come and is not answered
    kOpen,
    kClosing,  // our close frame is out, theirs is not in
    kOver,
  };

  struct Waiting {
    MessageKind kind;
    std::string payload;
  };

  // False: there is no more for frames to be read from.
  bool take_request(std::span<std::uint8_t>& input, ResponderEvents& events) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    const std::size_t limit =
        static_cast<std::size_t>(websocket::kMaxRequestHead.value);
    const std::size_t before = head_.size();
    head_.append(reinterpret_cast<const char*>(input.data()),
                 std::min(input.size(), limit - before));
    // TLS and other noise is told from a request that is still coming.
    if (!head_.empty() && (head_[0] < 'A' || head_[0] > 'z')) {
      refuse({400, "the request is not HTTP"}, events);
      return false;
    }
    const std::size_t end =
        head_.find(kEnd, before < kEnd.size() ? 0 : before - kEnd.size());
    if (end == std::string::npos) {
      if (head_.size() >= limit)
        refuse({431, "the request is longer than 16 KiB"}, events);
      return false;
    }
    head_.resize(end + kEnd.size());
    input = input.subspan(head_.size() - before);
    request_ = std::make_unique<UpgradeRequest>();
    const std::optional<UpgradeRefusal> refusal =
        websocket::read_upgrade(head_, *request_);
    if (refusal) {
      refuse(*refusal, events);
      return false;
    }
    std::string().swap(head_);
    stage_ = Stage::kAsked;
    const std::string title = fmt::format("GET {:.100}", request_->resource);
    events.asked({kOfHandshake, title});
    return true;
  }

  void refuse(const UpgradeRefusal& refusal, ResponderEvents& events) {
    stage_ = Stage::kOver;
    websocket::append_refusal(refusal.status, {},
                              std::string(refusal.why) + "\n", events.out());
    events.ended(refusal.why);
  }

  bool answer_handshake(const StandInRule* rule, std::string& out) {
    const std::unique_ptr<UpgradeRequest> request = std::move(request_);
    stage_ = Stage::kOpen;
    if (rule != nullptr && rule->raw) {
      out += rule->reply;
    } else if (rule != nullptr && rule->status != 101 && rule->status != 200) {
      stage_ = Stage::kOver;
      waiting_.clear();
      websocket::append_refusal(rule->status, rule->headers, rule->reply, out);
      return false;
    } else {
      websocket::append_switching(
          *request, rule == nullptr ? decltype(rule->headers){} : rule->headers,
          out);
    }
    out += early_;
    std::string().swap(early_);
    return !close_after_last(out);
  }

  void on_message(const Message& message, ResponderEvents& events) {
    switch (message.kind) {
      case MessageKind::kPing: {
        // Not before the reply to the handshake, which may be delayed.
        std::string& out = stage_ == Stage::kAsked ? early_ : events.out();
        if (stage_ != Stage::kClosing && out.size() <= kMaxUnsentForPong)
          (void)codec_.append(MessageKind::kPong, message.payload, out);
        return;
      }
      case MessageKind::kPong:
        return;
      case MessageKind::kClose:
        last_code_ = message.close_code;
        (void)close_after_last(events.out());
        events.ended({});
        return;
      case MessageKind::kText:
      case MessageKind::kBinary:
        on_data(message, events);
        return;
    }
  }

  void on_data(const Message& message, ResponderEvents& events) {
    if (stage_ == Stage::kClosing) return;  // nobody will answer it
    waiting_size_ += kCostOfWaiting + message.payload.size();
    if (waiting_size_ > kMaxWaiting) {
      waiting_.clear();
      end(1008, "too many messages wait for their answer", events);
      return;
    }
    waiting_.push_back({message.kind, std::string(message.payload)});
    const std::string title = fmt::format(
        "{} {} B", message.kind == MessageKind::kText ? "text" : "binary",
        message.payload.size());
    events.asked({message.payload, title});
  }

  void on_violation(std::string_view what, ResponderEvents& events) {
    end(codec_.violation_code(),
        fmt::format("the client broke RFC 6455: {}", what), events);
  }

  void end(std::uint16_t code, std::string_view why, ResponderEvents& events) {
    last_code_ = code;
    (void)close_after_last(events.out());
    events.ended(why);
  }

  // Our close frame, once nothing is read any more and all is answered: a
  // close frame ends what we may say. True: it is over.
  bool close_after_last(std::string& out) {
    if (!last_code_ || stage_ == Stage::kAsked || !waiting_.empty())
      return false;
    if (stage_ == Stage::kOpen) (void)codec_.append_close(*last_code_, {}, out);
    stage_ = Stage::kOver;
    return true;
  }

  void append_reply(const StandInRule& rule, const Waiting& message,
                    std::string_view generated, std::string& out) {
    if (rule.raw)
      out += rule.reply;
    else if (rule.size)
      append(MessageKind::kBinary, generated, out);
    else if (rule.echo)
      append(message.kind, message.payload, out);
    else if (!rule.reply.empty())
      append(MessageKind::kText, rule.reply, out);
  }

  // What is not UTF-8 goes as binary, since it cannot go as text.
  void append(MessageKind kind, std::string_view payload, std::string& out) {
    if (!codec_.append(kind, payload, out))
      (void)codec_.append(MessageKind::kBinary, payload, out);
  }

  Codec codec_;
  Stage stage_ = Stage::kHandshake;
  std::string head_;
  std::unique_ptr<UpgradeRequest> request_;  // until it is answered
  std::string early_;                        // what follows the handshake
  std::deque<Waiting> waiting_;
  std::size_t waiting_size_ = 0;
  std::optional<std::uint16_t> last_code_;  // nothing is read any more
};

class WebsocketStandIn final : public StandInProtocol {
 public:
  std::unique_ptr<Responder> start() override {
    return std::make_unique<WebsocketResponder>(pool_);
  }

  bool fits(const StandInRule& rule, const Asked& request) const override {
    // A message of this very text has another title.
    const bool handshake =
        request.what == kOfHandshake && request.title.starts_with("GET ");
    if (handshake || rule.when == kOfHandshake)
      return handshake && rule.when == kOfHandshake;
    return request.what.find(rule.when) != std::string_view::npos;
  }

 private:
  CodecPool pool_{0};
};

}  // namespace

std::unique_ptr<StandInProtocol> make_websocket_responder(const StandInSpec&) {
  return std::make_unique<WebsocketStandIn>();
}

}  // namespace tidemark
