// Commands made ready to be sent. Private to this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "drivers/common/conversation.h"
#include "drivers/common/text_template.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark::redis {

// Commands whose answers are not simply one reply.
enum class Habit : std::uint8_t {
  kOneReply,
  kSubscribe,    // one confirmation for each name
  kUnsubscribe,  // the same; without names: for each subscription
  kMonitor,      // +OK, then a line for each command of the service
  kReset,        // +RESET; ends subscriptions and MONITOR
  kSilent,       // CLIENT REPLY OFF: no replies until ON
  kSkip,         // CLIENT REPLY SKIP: none to this and the next
  kSpeak,        // CLIENT REPLY ON
};

// What subscriptions count apart: SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE.
enum class Channels : std::uint8_t { kPlain, kPattern, kShard };

class RedisRequest final : public Request {
 public:
  // kUsage says what a step of Redis cannot have.
  static Result<std::unique_ptr<RedisRequest>> prepare(
      const Step& step, const VariableNames& names);

  void append(const Sending& sending, std::string& scratch,
              std::string& out) const;

  Habit habit = Habit::kOneReply;
  Channels channels = Channels::kPlain;
  std::uint32_t names = 0;  // of channels, in the command

 private:
  void classify(const std::vector<std::string>& words);
  void encode(std::vector<TextTemplate> words);

  // Encoded bytes, or a word to be made for each sending.
  std::vector<std::variant<std::string, TextTemplate>> parts_;
};

}  // namespace tidemark::redis
