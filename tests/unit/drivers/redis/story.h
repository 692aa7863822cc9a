// What a conversation tells its engine, as lines of text.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/conversation.h"

namespace tidemark::redis {

using Lines = std::vector<std::string>;

class Story final : public ConversationEvents {
 public:
  void greeted(Status status) override {
    lines.push_back(status ? "greeted" : "refused " + status.error().message);
  }
  void replied(const Reply& reply) override {
    lines.push_back(reply.error.empty()
                        ? "reply " + std::string(reply.body) + sized(reply)
                        : "error " + std::string(reply.error));
    if (!waiting.empty()) waiting.pop_front();
  }
  void pushed(const Reply& message) override {
    lines.push_back("push " + std::string(message.body) + sized(message));
  }
  void ended(Ending how, std::string_view why) override {
    static const char* const kNames[] = {"answered", "closing", "violation"};
    lines.push_back(kNames[static_cast<int>(how)] + (" " + std::string(why)));
    over = true;
  }
  const Request* awaited() const override {
    return waiting.empty() ? nullptr : waiting.front();
  }
  std::string& out() override { return answer; }
  bool alive() const override { return !over; }

  Lines lines;
  std::deque<const Request*> waiting;
  std::string answer;
  bool over = false;

 private:
  static std::string sized(const Reply& reply) {
    return static_cast<std::int64_t>(reply.body.size()) == reply.size
               ? ""
               : "#" + std::to_string(reply.size);
  }
};

// Bytes as an engine hands them over: not const, and exactly so many.
inline void feed(Conversation& conversation, std::string_view bytes,
                 ConversationEvents& events) {
  std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  copy.shrink_to_fit();
  conversation.take(copy, events);
}

}  // namespace tidemark::redis
