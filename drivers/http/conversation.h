// One client connection's talk: sends requests, understands replies.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "drivers/common/conversation.h"
#include "drivers/http/event_stream.h"
#include "drivers/http/message_reader.h"
#include "drivers/http/request.h"

namespace tidemark::http {

// How much of a body is kept for those who need it.
inline constexpr std::size_t kMaxKeptBody = 1 << 20;

class ReplyParser final : public Parser<false> {
 public:
  static constexpr auto kBadBegin = boost::beast::http::error::bad_version;
  static bool can_begin_with(std::string_view begin) {
    return can_be_reply(begin);
  }
  static std::string mend(std::string_view head) {
    return with_blank_reason(head);
  }

  unsigned status = 0;
  bool event_stream = false;

 private:
  using Field = boost::beast::http::field;
  void on_request_impl(boost::beast::http::verb, View, View, int,
                       ErrorCode&) override {}
  void on_response_impl(int code, View, int, ErrorCode&) override {
    status = static_cast<unsigned>(code);
  }
  void on_field_impl(Field field, View, View value, ErrorCode&) override;
};

// What the conversations of a load share.
struct Workshop {
  std::string opening;  // see constant_opening()
  std::string scratch;
};

class HttpConversation final : public Conversation {
 public:
  // REQUIRES: `workshop` outlives this.
  explicit HttpConversation(Workshop& workshop) : workshop_(workshop) {}

  bool greet(std::string&) override { return true; }
  void send(const Request& request, const Sending& sending,
            std::string& out) override;
  void take(std::span<std::uint8_t> input, ConversationEvents& events) override;
  void take_end(ConversationEvents& events) override;
  bool say_goodbye(const WeightedClose&, std::string&) override {
    return false;  // FIN is HTTP's good-bye
  }
  void begin_unfinished(const WeightedClose& close, std::string& out) override;

 private:
  // Only there while a reply is read that needs it.
  struct Kept {
    std::string head;
    std::string body;
    EventStream events;
  };

  enum class State : std::uint8_t { kReplies, kTunnel, kOver };

  bool begin_reply(ConversationEvents& events);
  void take_head(std::string_view head, ConversationEvents& events);
  void take_piece(std::string_view piece, ConversationEvents& events);
  void finish_reply(ConversationEvents& events);
  void tell_reply(ConversationEvents& events);
  void end(Ending how, std::string_view why, ConversationEvents& events);
  Kept& kept();

  Workshop& workshop_;
  MessageReader<ReplyParser> reader_;
  std::unique_ptr<Kept> kept_;
  std::int64_t size_ = 0;
  State state_ = State::kReplies;
  // Of the request that is being answered.
  bool keep_body_ = false;
  bool keep_head_ = false;
  bool any_status_ = false;
  bool tunnels_ = false;
  bool streams_ = false;  // the reply was told; its body is events
};

}  // namespace tidemark::http
