// One connection of a Redis load. Private to this folder; protocol.h is its
// face.
//
// Redis answers in order, one reply per command, but for a few: see Habit in
// request.h. What is idle costs no heap: the reader is a null pointer, and
// subscriptions and unawaited commands are remembered only if there are any.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/conversation.h"
#include "drivers/redis/request.h"
#include "drivers/redis/resp.h"

namespace tidemark::redis {

// What the conversations of one load share.
struct Shared {
  // A command of the greeting; its reply is waited for.
  struct Greeting {
    std::string name;       // for messages: "AUTH"
    bool optional = false;  // an error is no trouble
  };

  int resp = 2;
  std::vector<Greeting> greetings;
  std::string greeting;      // all of them, encoded
  std::string password;      // never shown
  bool keep_pushes = false;  // a step looks at what is pushed
  std::string scratch;       // for templates
};

class RedisConversation final : public Conversation {
 public:
  explicit RedisConversation(Shared& shared) : shared_(shared) {}

  bool greet(std::string& out) override;
  void send(const Request& request, const Sending& sending,
            std::string& out) override;
  void take(std::span<std::uint8_t> input, ConversationEvents& events) override;
  bool say_goodbye(const WeightedClose& how, std::string& out) override;
  void begin_unfinished(const WeightedClose& close, std::string& out) override;

 private:
  // Commands sent one after the other whose replies nobody wants.
  struct Unawaited {
    std::uint64_t first = 0;  // their places among all commands
    std::uint64_t count = 0;
  };
  // What is needed only by commands with habits of their own.
  struct Memory {
    std::uint32_t subscribed[3] = {};  // by Channels
    std::uint32_t confirmed = 0;       // of the oldest request
    std::uint32_t to_confirm = 0;      // 0: not known yet
    bool monitoring = false;
    std::vector<Unawaited> unawaited;  // few: neighbours are one

    bool subscribed_at_all() const {
      return (subscribed[0] | subscribed[1] | subscribed[2]) != 0;
    }
  };

  Memory& memory();
  bool wants_text(const ConversationEvents& events) const;
  bool drops_next();
  void expect_nothing_of(std::uint64_t place);
  void on_value(const RespValue& value, ConversationEvents& events);
  std::string in_words(const RespValue& value, std::size_t most) const;
  bool is_pushed(const RespValue& value) const;
  bool confirms(const RespValue& value, ConversationEvents& events);
  void note_subscriptions(const RespValue& value);
  void on_greeting(const RespValue& value, ConversationEvents& events);
  void on_reply(const RespValue& value, ConversationEvents& events);
  void give(const RespValue& value, ConversationEvents& events);

  Shared& shared_;
  RespReader reader_;
  std::unique_ptr<Memory> memory_;
  std::uint64_t sent_ = 0;      // commands that are answered, in order
  std::uint64_t answered_ = 0;  // of those
  bool greeting_ = false;       // the replies are the greeting's
  bool leaving_ = false;        // the last command was QUIT
  bool silent_ = false;         // after CLIENT REPLY OFF
  bool skip_ = false;           // after CLIENT REPLY SKIP
  bool gone_ = false;           // what comes now is nobody's
};

}  // namespace tidemark::redis
