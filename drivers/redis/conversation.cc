#include "drivers/redis/conversation.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "drivers/redis/words.h"

namespace tidemark::redis {
namespace {

constexpr std::size_t kReasonText = 100;
constexpr std::size_t kErrorText = 200;

const RedisRequest* awaited_by(const ConversationEvents& events) {
  return static_cast<const RedisRequest*>(events.awaited());
}

// "subscribe", "punsubscribe" …: which channels a confirmation is about.
bool is_confirmation(std::string_view first) {
  return first == "subscribe" || first == "unsubscribe" ||
         first == "psubscribe" || first == "punsubscribe" ||
         first == "ssubscribe" || first == "sunsubscribe";
}

Channels channels_of(std::string_view first) {
  if (first.starts_with('p')) return Channels::kPattern;
  // "subscribe" begins with an s as well.
  if (first.starts_with("ss") || first.starts_with("sun"))
    return Channels::kShard;
  return Channels::kPlain;
}

// Redis repeats arguments in errors: "… with args beginning with: 'secret'".
// If the reader has `cut` the text, half a secret may be its end.
std::string without_secret(std::string_view text, std::string_view secret,
                           bool cut) {
  if (secret.empty()) return std::string(text);
  std::string safe;
  for (std::size_t at = text.find(secret); at != text.npos;
       at = text.find(secret)) {
    safe.append(text.substr(0, at)).append("***");
    text.remove_prefix(at + secret.size());
  }
  for (std::size_t size = cut ? secret.size() - 1 : 0; size > 0; --size) {
    if (!text.ends_with(secret.substr(0, size))) continue;
    text.remove_suffix(size);
    return safe.append(text).append("***");
  }
  return safe.append(text);
}

}  // namespace

// Tens of thousands of them are idle at once.
static_assert(sizeof(RedisConversation) <= 64);

RedisConversation::Memory& RedisConversation::memory() {
  if (memory_ == nullptr) memory_ = std::make_unique<Memory>();
  return *memory_;
}

bool RedisConversation::greet(std::string& out) {
  if (shared_.greetings.empty()) return true;
  out += shared_.greeting;
  greeting_ = true;
  sent_ = shared_.greetings.size();
  return false;
}

void RedisConversation::send(const Request& request, const Sending& sending,
                             std::string& out) {
  const RedisRequest& command = static_cast<const RedisRequest&>(request);
  command.append(sending, shared_.scratch, out);
  if (command.habit == Habit::kSpeak) silent_ = false;
  const bool mute = silent_ || skip_ || command.habit == Habit::kSilent ||
                    command.habit == Habit::kSkip;
  skip_ = command.habit == Habit::kSkip;
  if (command.habit == Habit::kSilent) silent_ = true;
  if (mute) return;
  if (!command.wants_reply) expect_nothing_of(sent_);
  ++sent_;
}

void RedisConversation::expect_nothing_of(std::uint64_t place) {
  std::vector<Unawaited>& runs = memory().unawaited;
  if (runs.empty() || runs.back().first + runs.back().count != place)
    runs.push_back({place, 0});
  ++runs.back().count;
}

// Whether the reply that comes now is one that nobody wants.
bool RedisConversation::drops_next() {
  if (memory_ == nullptr || memory_->unawaited.empty()) return false;
  Unawaited& run = memory_->unawaited.front();
  if (run.first != answered_) return false;
  ++run.first;
  if (--run.count == 0) memory_->unawaited.erase(memory_->unawaited.begin());
  return true;
}

bool RedisConversation::wants_text(const ConversationEvents& events) const {
  if (shared_.keep_pushes) return true;
  const Request* request = events.awaited();
  return request != nullptr && request->keep_body;
}

void RedisConversation::take(std::span<std::uint8_t> input,
                             ConversationEvents& events) {
  std::string_view rest(reinterpret_cast<const char*>(input.data()),
                        input.size());
  while (events.alive() && !gone_) {
    const RespRead read = reader_.next(rest, wants_text(events));
    if (read.kind == RespRead::Kind::kMore) return;
    if (read.kind == RespRead::Kind::kBroken) {
      const std::string why = "no RESP: " + in_words(read.value, kErrorText);
      gone_ = true;
      if (greeting_)
        events.greeted(fail(ErrorKind::kEnvironment, why));
      else
        events.ended(Ending::kViolation, why);
      return;
    }
    on_value(read.value, events);
  }
}

void RedisConversation::on_value(const RespValue& value,
                                 ConversationEvents& events) {
  if (confirms(value, events)) return;
  if (is_pushed(value)) {
    Reply message;
    message.body = value.text;
    message.size = value.size;
    if (!greeting_) events.pushed(message);
    return;
  }
  if (answered_ == sent_) {
    const std::string text = in_words(value, kReasonText);
    gone_ = true;
    // "-ERR max number of clients reached", "-DENIED …": its last words.
    if (value.error())
      events.ended(Ending::kClosing, text);
    else
      events.ended(
          Ending::kViolation,
          fmt::format("a reply that nobody asked for: {}{}", value.type, text));
    return;
  }
  if (greeting_)
    on_greeting(value, events);
  else
    on_reply(value, events);
}

// The service's text for people: without the password, and only then short,
// because half of it would not be found any more.
std::string RedisConversation::in_words(const RespValue& value,
                                        std::size_t most) const {
  const bool cut = value.size > static_cast<std::int64_t>(value.text.size());
  return cleaned(without_secret(value.text, shared_.password, cut), most);
}

bool RedisConversation::is_pushed(const RespValue& value) const {
  if (value.push()) return true;
  if (memory_ == nullptr) return false;
  const std::string_view first = value.first.view();
  // In RESP2 what is pushed looks like a reply; a connection that subscribes
  // gets no replies that could be taken for it.
  if (shared_.resp == 2 && value.type == '*' && memory_->subscribed_at_all())
    return first == "message" || first == "pmessage" || first == "smessage" ||
           is_confirmation(first);
  if (memory_->monitoring && value.type == '+' && !value.text.empty())
    return value.text[0] >= '0' && value.text[0] <= '9' &&
           value.text.find(" [") != value.text.npos;
  return false;
}

void RedisConversation::note_subscriptions(const RespValue& value) {
  const std::string_view first = value.first.view();
  std::uint32_t(&subscribed)[3] = memory().subscribed;
  const Channels which = channels_of(first);
  // Plain channels and patterns are told in one number.
  std::int64_t now = value.number;
  if (which == Channels::kPlain)
    now -= subscribed[static_cast<int>(Channels::kPattern)];
  if (which == Channels::kPattern)
    now -= subscribed[static_cast<int>(Channels::kPlain)];
  subscribed[static_cast<int>(which)] =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(now, 0, UINT32_MAX));
}

// Takes `value` if it confirms the oldest request's subscription; the last
// confirmation is the reply to it.
bool RedisConversation::confirms(const RespValue& value,
                                 ConversationEvents& events) {
  const std::string_view first = value.first.view();
  if ((value.type != '*' && !value.push()) || !is_confirmation(first))
    return false;
  const RedisRequest* request = awaited_by(events);
  const bool ends = first.find("un") != first.npos;
  if (request == nullptr || channels_of(first) != request->channels ||
      request->habit != (ends ? Habit::kUnsubscribe : Habit::kSubscribe)) {
    // Redis ends subscriptions itself if it has to, and says so.
    if (value.push() ||
        (memory_ != nullptr && memory_->subscribed_at_all() && ends))
      note_subscriptions(value);
    return false;
  }
  Memory& now = memory();
  if (now.to_confirm == 0) {
    const std::uint32_t all =
        now.subscribed[static_cast<int>(request->channels)];
    now.to_confirm = request->names > 0 ? request->names : std::max(1u, all);
  }
  note_subscriptions(value);
  if (++now.confirmed < now.to_confirm) return true;
  now.confirmed = now.to_confirm = 0;
  give(value, events);
  return true;
}

void RedisConversation::on_greeting(const RespValue& value,
                                    ConversationEvents& events) {
  const Shared::Greeting& command = shared_.greetings[answered_];
  ++answered_;
  if (value.error() && !command.optional) {
    greeting_ = false;
    gone_ = true;
    events.greeted(fail(ErrorKind::kEnvironment,
                        command.name + ": " + in_words(value, kErrorText)));
    return;
  }
  if (answered_ < sent_) return;
  greeting_ = false;
  events.greeted({});
}

void RedisConversation::on_reply(const RespValue& value,
                                 ConversationEvents& events) {
  if (drops_next()) {
    ++answered_;
    return;
  }
  if (leaving_ && answered_ + 1 == sent_) {
    ++answered_;
    events.ended(Ending::kAnswered,
                 value.error() ? in_words(value, kReasonText) : "");
    return;
  }
  const RedisRequest* request = awaited_by(events);
  if (memory_ != nullptr) memory_->confirmed = memory_->to_confirm = 0;
  if (request != nullptr && !value.error()) {
    if (request->habit == Habit::kMonitor) memory().monitoring = true;
    if (request->habit == Habit::kReset && memory_ != nullptr) {
      memory_->monitoring = false;
      std::fill(std::begin(memory_->subscribed), std::end(memory_->subscribed),
                0);
    }
  }
  give(value, events);
}

void RedisConversation::give(const RespValue& value,
                             ConversationEvents& events) {
  ++answered_;
  Reply reply;
  reply.size = value.size;
  if (!value.error()) {
    reply.body = value.text;
    events.replied(reply);
    return;
  }
  // An error without a text is one all the same.
  std::string text = in_words(value, kErrorText);
  if (text.empty()) text = "an error without a text";
  reply.error = text;
  reply.body = value.text;
  events.replied(reply);
}

bool RedisConversation::say_goodbye(const WeightedClose&, std::string& out) {
  append_command({"QUIT"}, out);
  if (silent_ || skip_) return false;
  leaving_ = true;
  ++sent_;
  return true;
}

void RedisConversation::begin_unfinished(const WeightedClose& close,
                                         std::string& out) {
  gone_ = true;
  std::string bytes;
  switch (close.behavior) {
    case CloseBehavior::kAbortMidCommand: {
      append_command({"SET", "tidemark:abort", std::string(64, 'x'), "EX", "5"},
                     bytes);
      const std::size_t size =
          close.after_bytes == 0 ? bytes.size() / 2 : close.after_bytes;
      out +=
          std::string_view(bytes).substr(0, std::min(size, bytes.size() - 1));
      break;
    }
    case CloseBehavior::kUnreadReplies: {
      // Short questions with long answers, and answers from any service that
      // knows ECHO. Redis 7 says some MB to all of them, more than the
      // kernel takes for a client that does not read.
      append_command({"COMMAND"}, bytes);
      append_command({"ECHO", std::string(4096, 'x')}, bytes);
      const std::size_t pairs =
          close.after_bytes == 0 ? 32 : close.after_bytes / bytes.size();
      for (std::size_t i = 0; i < std::max<std::size_t>(pairs, 1); ++i)
        out += bytes;
      break;
    }
    case CloseBehavior::kSubscribedThenGone:
      append_command({"SUBSCRIBE", "tidemark:gone"}, out);
      append_command({"PSUBSCRIBE", "tidemark:*"}, out);
      break;
    default:
      break;
  }
}

}  // namespace tidemark::redis
