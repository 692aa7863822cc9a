#include "drivers/redis/responder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <deque>
#include <iterator>
#include <string>
#include <utility>

#include "drivers/redis/command_reader.h"
#include "drivers/redis/store.h"
#include "drivers/redis/words.h"

namespace tidemark {
namespace redis {
namespace {

constexpr std::size_t kTitleText = 60;
// Of commands that wait for their answers; a client that sends more than
// that without reading is let go.
constexpr std::size_t kMaxWaiting = 64 << 20;

struct House {  // what the connections of a stand-in share
  std::string password;
  Store store;
};

void append_error(std::string_view text, std::string& out) {
  out += '-';
  // A line end in it would make two replies of one.
  for (char c : text) out += c == '\r' || c == '\n' ? ' ' : c;
  out += "\r\n";
}

class RedisResponder final : public Responder {
 public:
  explicit RedisResponder(House& house)
      : house_(house), authenticated_(house.password.empty()) {}

  void take(std::span<std::uint8_t> input, ResponderEvents& events) override;
  bool answer(const StandInRule* rule, std::string_view generated,
              std::string& out) override;
  // Redis says nothing before it closes.
  void say_goodbye(std::string&) override {}

 private:
  void by_rule(const StandInRule& rule, const Words& words,
               std::string_view generated, std::string& out);
  void plainly(const std::string& command, const Words& words,
               std::string& out);
  bool session(const std::string& command, const Words& words,
               std::string& out);
  bool data(const std::string& command, const Words& words, std::string& out);
  void hello(const Words& words, std::string& out);
  void auth(std::string_view password, std::string& out);
  void client(const Words& words, std::string& out);
  void increment(const std::string& key, std::string& out);
  void subscriptions(const std::string& command, const Words& words,
                     std::string& out);
  void append_null(std::string& out) const;

  House& house_;
  CommandReader reader_;
  std::deque<Words> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::string last_word_;  // for when nothing waits any more
  std::int64_t subscribed_ = 0;
  int resp_ = 2;
  bool authenticated_;
  bool ended_ = false;
};

bool is_subscription(std::string_view command) {
  constexpr std::string_view kCommands[] = {"SUBSCRIBE",    "PSUBSCRIBE",
                                            "SSUBSCRIBE",   "UNSUBSCRIBE",
                                            "PUNSUBSCRIBE", "SUNSUBSCRIBE"};
  return std::find(std::begin(kCommands), std::end(kCommands), command) !=
         std::end(kCommands);
}

std::size_t bytes_of(const Words& words) {
  std::size_t sum = 0;
  for (const std::string& word : words) sum += word.size() + sizeof word;
  return sum;
}

void RedisResponder::take(std::span<std::uint8_t> input,
                          ResponderEvents& events) {
  std::string_view rest(reinterpret_cast<const char*>(input.data()),
                        input.size());
  while (!ended_) {
    const CommandReader::Kind kind = reader_.next(rest);
    if (kind == CommandReader::Kind::kMore) return;
    if (kind == CommandReader::Kind::kBroken) {
      ended_ = true;
      const bool silent = reader_.trouble().empty();
      // Behind the answers to what was understood.
      std::string& out = waiting_.empty() ? events.out() : last_word_;
      if (!silent) append_error("ERR " + reader_.trouble(), out);
      events.ended(silent ? "HTTP instead of RESP" : reader_.trouble());
      return;
    }
    waiting_.push_back(reader_.take_words());
    const Words& words = waiting_.back();
    waiting_bytes_ += bytes_of(words);
    if (waiting_bytes_ > kMaxWaiting) {
      ended_ = true;
      events.ended("too many commands that wait for an answer");
      return;
    }
    const std::string command = capitals(words[0]);
    const std::string second = words.size() > 1 ? " " + words[1] : "";
    const std::string title = cleaned(command + second, kTitleText);
    ended_ = command == "QUIT";
    events.asked({.what = command, .title = title});
  }
}

bool RedisResponder::answer(const StandInRule* rule, std::string_view generated,
                            std::string& out) {
  if (waiting_.empty()) return true;
  const Words words = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= bytes_of(words);
  const std::string command = capitals(words[0]);
  const bool open = command == "AUTH" || command == "HELLO" ||
                    command == "QUIT" || command == "RESET";
  if (!authenticated_ && !open)
    append_error("NOAUTH Authentication required.", out);
  else if (rule != nullptr)
    by_rule(*rule, words, generated, out);
  else
    plainly(command, words, out);
  if (waiting_.empty()) out += std::exchange(last_word_, {});
  return command != "QUIT";
}

void RedisResponder::by_rule(const StandInRule& rule, const Words& words,
                             std::string_view generated, std::string& out) {
  // A rule that only waits or closes changes nothing of what is said.
  if (rule.error.empty() && !rule.raw && !rule.size && !rule.echo &&
      rule.reply.empty())
    return plainly(capitals(words[0]), words, out);
  for (std::uint32_t i = 0; i < rule.repeat; ++i) {
    if (rule.raw)
      out += rule.reply;
    else if (!rule.error.empty())
      append_error(rule.error, out);
    else if (rule.size)
      append_bulk(generated, out);
    else if (rule.echo)
      append_bulk(words.back(), out);
    else
      append_bulk(rule.reply, out);
  }
}

void RedisResponder::append_null(std::string& out) const {
  out += resp_ == 3 ? "_\r\n" : "$-1\r\n";
}

void RedisResponder::plainly(const std::string& command, const Words& words,
                             std::string& out) {
  if (session(command, words, out) || data(command, words, out)) return;
  append_error(
      fmt::format("ERR unknown command '{}'", cleaned(words[0], kTitleText)),
      out);
}

bool RedisResponder::session(const std::string& command, const Words& words,
                             std::string& out) {
  const std::size_t arguments = words.size() - 1;
  if (command == "PING" && resp_ == 2 && subscribed_ > 0) {
    append_number('*', 2, out);
    append_bulk("pong", out);
    append_bulk(arguments > 0 ? words[1] : "", out);
  } else if (command == "PING") {
    arguments > 0 ? append_bulk(words[1], out) : (void)(out += "+PONG\r\n");
  } else if (command == "ECHO" && arguments == 1) {
    append_bulk(words[1], out);
  } else if (command == "HELLO") {
    hello(words, out);
  } else if (command == "AUTH" && (arguments == 1 || arguments == 2)) {
    auth(words.back(), out);
  } else if (command == "SELECT" && arguments == 1) {
    out += "+OK\r\n";
  } else if (command == "CLIENT" && arguments > 0) {
    client(words, out);
  } else if (command == "COMMAND") {
    append_number('*', 0, out);
  } else if (command == "INFO") {
    append_bulk("# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n",
                out);
  } else if (command == "RESET") {
    resp_ = 2;
    subscribed_ = 0;
    authenticated_ = house_.password.empty();
    out += "+RESET\r\n";
  } else if (command == "QUIT") {
    out += "+OK\r\n";
  } else if (is_subscription(command)) {
    subscriptions(command, words, out);
  } else {
    return false;
  }
  return true;
}

void RedisResponder::auth(std::string_view password, std::string& out) {
  if (house_.password.empty()) {
    append_error("ERR AUTH called without any password configured", out);
  } else if (password == house_.password) {
    authenticated_ = true;
    out += "+OK\r\n";
  } else {
    append_error("WRONGPASS invalid username-password pair", out);
  }
}

void RedisResponder::hello(const Words& words, std::string& out) {
  int version = resp_;
  if (words.size() > 1) {
    if (words[1] != "2" && words[1] != "3")
      return append_error("NOPROTO unsupported protocol version", out);
    version = words[1][0] - '0';
  }
  for (std::size_t i = 2; i + 2 < words.size(); ++i) {
    if (capitals(words[i]) != "AUTH") continue;
    std::string answer;
    auth(words[i + 2], answer);
    if (answer.starts_with('-')) return void(out += answer);
  }
  if (!authenticated_)
    return append_error("NOAUTH HELLO must be called with AUTH", out);
  resp_ = version;
  append_number(resp_ == 3 ? '%' : '*', resp_ == 3 ? 6 : 12, out);
  for (std::string_view text : {"server", "redis", "version", "7.0.15"})
    append_bulk(text, out);
  append_bulk("proto", out);
  append_number(':', static_cast<std::size_t>(resp_), out);
  append_bulk("id", out);
  append_number(':', 1, out);
  for (std::string_view text : {"mode", "standalone", "role", "master"})
    append_bulk(text, out);
  append_bulk("modules", out);
  append_number('*', 0, out);
}

void RedisResponder::client(const Words& words, std::string& out) {
  const std::string verb = capitals(words[1]);
  if (verb == "ID") {
    append_number(':', 1, out);
  } else if (verb == "GETNAME") {
    append_null(out);
  } else if (verb == "INFO" || verb == "LIST") {
    append_bulk("id=1 addr=127.0.0.1:1 fd=1 name=\n", out);
  } else {
    out += "+OK\r\n";
  }
}

void RedisResponder::subscriptions(const std::string& command,
                                   const Words& words, std::string& out) {
  std::string name = command;  // nothing but letters: is_subscription()
  for (char& c : name) c = static_cast<char>(c - 'A' + 'a');
  const bool ends = command.find("UN") != command.npos;
  if (words.size() == 1 && !ends)
    return append_error(
        fmt::format("ERR wrong number of arguments for '{}' command", name),
        out);
  for (std::size_t i = 1; i < words.size() || i == 1; ++i) {
    subscribed_ += ends ? (subscribed_ > 0 ? -1 : 0) : 1;
    append_number(resp_ == 3 ? '>' : '*', 3, out);
    append_bulk(name, out);
    i < words.size() ? append_bulk(words[i], out) : append_null(out);
    append_number(':', static_cast<std::size_t>(subscribed_), out);
  }
}

void RedisResponder::increment(const std::string& key, std::string& out) {
  std::int64_t number = 0;
  if (const std::string* value = house_.store.get(key)) {
    const char* end = value->data() + value->size();
    const std::from_chars_result parsed =
        std::from_chars(value->data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end || number == INT64_MAX)
      return append_error("ERR value is not an integer or out of range", out);
  }
  ++number;
  house_.store.set(key, std::to_string(number));
  out += fmt::format(":{}\r\n", number);
}

bool RedisResponder::data(const std::string& command, const Words& words,
                          std::string& out) {
  const std::size_t arguments = words.size() - 1;
  Store& store = house_.store;
  if (command == "SET" && arguments >= 2) {
    if (store.set(words[1], words[2]))
      out += "+OK\r\n";
    else
      append_error("ERR the stand-in keeps no value this long", out);
  } else if (command == "GET" && arguments == 1) {
    const std::string* value = store.get(words[1]);
    value != nullptr ? append_bulk(*value, out) : append_null(out);
  } else if ((command == "DEL" || command == "EXISTS") && arguments >= 1) {
    std::size_t count = 0;
    for (std::size_t i = 1; i < words.size(); ++i)
      count += command == "DEL" ? store.erase(words[i])
                                : store.get(words[i]) != nullptr;
    append_number(':', count, out);
  } else if (command == "INCR" && arguments == 1) {
    increment(words[1], out);
  } else if (command == "EXPIRE" && arguments >= 2) {
    append_number(':', store.get(words[1]) != nullptr ? 1 : 0, out);
  } else {
    constexpr std::string_view kKnown[] = {"ECHO",   "AUTH", "SELECT", "CLIENT",
                                           "SET",    "GET",  "DEL",    "EXISTS",
                                           "EXPIRE", "INCR"};
    for (std::string_view known : kKnown) {
      if (command != known) continue;
      append_error(fmt::format("ERR wrong number of arguments for '{}' command",
                               cleaned(words[0], kTitleText)),
                   out);
      return true;
    }
    return false;
  }
  return true;
}

class RedisStandIn final : public StandInProtocol {
 public:
  explicit RedisStandIn(const StandInSpec& spec) {
    house_.password = spec.password;
  }

  std::unique_ptr<Responder> start() override {
    return std::make_unique<RedisResponder>(house_);
  }

  bool fits(const StandInRule& rule, const Asked& request) const override {
    return rule.when.empty() || capitals(rule.when) == request.what;
  }

 private:
  House house_;
};

}  // namespace
}  // namespace redis

std::unique_ptr<StandInProtocol> make_redis_responder(const StandInSpec& spec) {
  return std::make_unique<redis::RedisStandIn>(spec);
}

}  // namespace tidemark
