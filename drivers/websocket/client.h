// One client's conversation, from its handshake to the last close frame.
// Private to this folder; protocol.h is its face.
//
//   New → Greeting → Open ─┬─ say_goodbye() → Closing → Over
//                          └─ the service closes, or breaks the rules → Over
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "drivers/common/conversation.h"
#include "drivers/common/random.h"
#include "drivers/common/text_template.h"
#include "drivers/websocket/codec_hybi13.h"
#include "tidemark/scenario.h"

namespace tidemark::websocket {

// A kSend or a kReceive, ready to be sent.
class MessageRequest final : public Request {
 public:
  MessageKind kind = MessageKind::kBinary;
  bool receives = false;  // kReceive: nothing is sent
  bool compares = false;  // the echo of `body` is awaited, not a generated one
  TextTemplate body;
  std::string constant;  // what `body` gives, if that is always the same
};

// What the conversations of one load share. Outlives them.
struct ClientShared {
  explicit ClientShared(ClientHandshake made, std::uint64_t seed)
      : handshake(std::move(made)), pool(seed), random(~seed) {}

  ClientHandshake handshake;
  CodecPool pool;
  Random random;
  std::string scratch;
};

class Client final : public Conversation {
 public:
  explicit Client(ClientShared& shared);

  bool greet(std::string& out) override;
  void send(const Request& request, const Sending& sending,
            std::string& out) override;
  void take(std::span<std::uint8_t> input, ConversationEvents& events) override;
  bool say_goodbye(const WeightedClose& how, std::string& out) override;
  void begin_unfinished(const WeightedClose& close, std::string& out) override;

 private:
  enum class Stage : std::uint8_t { kNew, kGreeting, kOpen, kClosing, kOver };
  enum class Mute : std::uint8_t {
    kNothing,
    kCloseFrame,  // the service's close is never answered
    kAll,         // what follows an unfinished frame would be part of it
  };

  // What is needed only until the handshake is complete.
  struct Greeting {
    HandshakeKey key;
    std::string reply;
  };

  void take_reply(std::span<std::uint8_t>& input, ConversationEvents& events);
  void on_message(const Message& message, ConversationEvents& events);
  void on_data(const Message& message, ConversationEvents& events);
  void on_close(std::uint16_t code, ConversationEvents& events);
  void on_violation(std::string_view what, ConversationEvents& events);

  ClientShared& shared_;
  Codec codec_;
  std::unique_ptr<Greeting> greeting_;
  std::unique_ptr<std::string> sent_;  // what an echo is compared with
  Stage stage_ = Stage::kNew;
  Mute mute_ = Mute::kNothing;
};

}  // namespace tidemark::websocket
