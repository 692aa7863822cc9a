#include "drivers/redis/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "drivers/redis/conversation.h"
#include "drivers/redis/provocations.h"
#include "drivers/redis/request.h"
#include "drivers/redis/resp.h"
#include "drivers/redis/words.h"

namespace tidemark {
namespace redis {
namespace {

constexpr std::size_t kAnswerText = 60;

constexpr CloseBehavior kBehaviors[] = {
    CloseBehavior::kGraceful,
    CloseBehavior::kCloseNoWait,
    CloseBehavior::kFin,
    CloseBehavior::kReset,
    CloseBehavior::kHalfClose,
    CloseBehavior::kHalfOpen,
    CloseBehavior::kStall,
    CloseBehavior::kSlowReader,
    CloseBehavior::kAbortMidCommand,
    CloseBehavior::kUnreadReplies,
    CloseBehavior::kSubscribedThenGone,
};

// "/2" → "2"; "/" → "".
Result<std::string> database_in(std::string_view resource) {
  std::string_view digits = resource;
  if (digits.starts_with('/')) digits.remove_prefix(1);
  std::uint32_t number = 0;
  const char* end = digits.data() + digits.size();
  const std::from_chars_result parsed =
      std::from_chars(digits.data(), end, number);
  if (!digits.empty() && (parsed.ec != std::errc() || parsed.ptr != end))
    return fail(ErrorKind::kUsage,
                fmt::format("the path of a Redis URL is the number of a "
                            "database, found `{}`",
                            resource),
                "for example redis://127.0.0.1:6379/2");
  return std::string(digits);
}

void add_greeting(Shared& shared, std::string name,
                  std::initializer_list<std::string_view> words,
                  bool optional = false) {
  append_command(words, shared.greeting);
  shared.greetings.push_back({std::move(name), optional});
}

Result<Shared> share(const LoadSpec& spec, const LoadUrl& url) {
  const Result<std::string> database = database_in(url.resource);
  if (!database) return fail(database.error());
  if (spec.resp != 2 && spec.resp != 3)
    return fail(ErrorKind::kUsage,
                fmt::format("`resp` is 2 or 3, found {}", spec.resp));
  if (!spec.username.empty() && spec.password.empty())
    return fail(ErrorKind::kUsage, "a `username` without a `password`",
                "give both, or neither");
  Shared shared;
  shared.resp = spec.resp;
  shared.password = spec.password;
  const bool auth = !spec.password.empty();
  if (spec.resp == 3 && auth) {
    const std::string user = spec.username.empty() ? "default" : spec.username;
    add_greeting(shared, "HELLO 3",
                 {"HELLO", "3", "AUTH", user, spec.password});
  } else if (spec.resp == 3) {
    add_greeting(shared, "HELLO 3", {"HELLO", "3"});
  } else if (auth && spec.username.empty()) {
    add_greeting(shared, "AUTH", {"AUTH", spec.password});
  } else if (auth) {
    add_greeting(shared, "AUTH", {"AUTH", spec.username, spec.password});
  }
  if (!database->empty())
    add_greeting(shared, "SELECT " + *database, {"SELECT", *database});
  // A courtesy to who looks at CLIENT LIST; small services do not know it.
  if (!shared.greetings.empty())
    add_greeting(shared, "CLIENT SETNAME", {"CLIENT", "SETNAME", "tidemark"},
                 true);
  return shared;
}

// One reply in few words: "-ERR syntax error", "$ hello", "* subscribe".
std::string in_words(const RespValue& value) {
  // Of many elements the first has to do: some of the others are never the
  // same twice, and answers are counted by their words.
  constexpr std::string_view kMany = "*%~>";
  if (kMany.find(value.type) != kMany.npos)
    return fmt::format("{} {}", value.type, value.first.view());
  // What Redis repeats of the input is not what it says.
  const std::string_view text =
      value.text.substr(0, value.text.find(", with args beginning with"));
  const bool line = value.error() || value.type == '+' || value.type == ':';
  return fmt::format("{}{}{}", value.type, line || text.empty() ? "" : " ",
                     text);
}

class RedisProtocol final : public Protocol {
 public:
  explicit RedisProtocol(Shared shared) : shared_(std::move(shared)) {}

  Result<std::unique_ptr<Request>> prepare(
      const Step& step, const VariableNames& names) override {
    Result<std::unique_ptr<RedisRequest>> request =
        RedisRequest::prepare(step, names);
    if (!request) return fail(std::move(request).error());
    if (step.kind == StepKind::kReceive && (*request)->keep_body)
      shared_.keep_pushes = true;
    return std::unique_ptr<Request>(std::move(*request));
  }

  Step plain_step(const Traffic& traffic) const override {
    Step step;
    step.words = {"PING"};
    if (traffic.size.value > 0) step.size = traffic.size;
    step.expect.replies = step.size || traffic.replies != ReplyRule::kEcho
                              ? traffic.replies
                              : ReplyRule::kAny;
    return step;
  }

  std::unique_ptr<Conversation> start(std::uint32_t) override {
    return std::make_unique<RedisConversation>(shared_);
  }

  std::span<const CloseBehavior> behaviors() const override {
    return kBehaviors;
  }

  std::span<const Provocation> provocations() const override {
    return catalogue();
  }

  std::string describe_answer(std::string_view bytes) const override;

 private:
  Shared shared_;
};

std::string RedisProtocol::describe_answer(std::string_view bytes) const {
  RespReader reader;
  std::string first;
  std::string_view rest = bytes;
  while (true) {
    const RespRead read = reader.next(rest, true);
    if (read.kind != RespRead::Kind::kValue) break;
    if (first.empty() || read.value.error())
      first = cleaned(in_words(read.value), kAnswerText);
    if (read.value.error()) return first;
  }
  if (!first.empty() || bytes.empty()) return first;
  if (bytes.starts_with("HTTP/")) return "HTTP?";
  // The beginning of a reply, or what is none.
  const std::string_view line = bytes.substr(0, bytes.find_first_of("\r\n"));
  constexpr std::string_view kTypes = "+-:$*_#,(!=%~>|";
  const bool resp = kTypes.find(bytes[0]) != kTypes.npos;
  return cleaned(resp ? std::string(line) : "no RESP: " + std::string(line),
                 kAnswerText);
}

// A command to write a script, or to run one.
bool is_script(std::string_view command) {
  constexpr std::string_view kScripts[] = {"EVAL",       "EVALSHA", "EVAL_RO",
                                           "EVALSHA_RO", "FCALL",   "FCALL_RO",
                                           "SCRIPT"};
  return std::find(std::begin(kScripts), std::end(kScripts),
                   capitals(command)) != std::end(kScripts);
}

std::string refused_in(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (std::string inner = refused_in(step.steps); !inner.empty())
      return inner;
    if (step.words.empty()) continue;
    const std::string& command = step.words.front();
    if (is_destructive(command) || is_script(command) ||
        command.find("{{") != std::string::npos)
      return cleaned(command, kAnswerText);
  }
  return {};
}

}  // namespace

bool is_destructive(std::string_view command) {
  constexpr std::string_view kDestructive[] = {
      "ACL",     "BGREWRITEAOF", "BGSAVE",   "CLUSTER",   "CONFIG",
      "DEBUG",   "FAILOVER",     "FLUSHALL", "FLUSHDB",   "FUNCTION",
      "MIGRATE", "MODULE",       "PSYNC",    "REPLICAOF", "RESTORE",
      "SAVE",    "SHUTDOWN",     "SLAVEOF",  "SWAPDB",    "SYNC",
  };
  const std::string word = capitals(command);
  return std::find(std::begin(kDestructive), std::end(kDestructive), word) !=
         std::end(kDestructive);
}

std::string refused_off_loopback(const LoadSpec& spec) {
  return refused_in(spec.flow);
}

}  // namespace redis

Result<std::unique_ptr<Protocol>> make_redis_protocol(const LoadSpec& spec,
                                                      const LoadUrl& url) {
  Result<redis::Shared> shared = redis::share(spec, url);
  if (!shared) return fail(std::move(shared).error());
  return std::unique_ptr<Protocol>(
      std::make_unique<redis::RedisProtocol>(std::move(*shared)));
}

}  // namespace tidemark
