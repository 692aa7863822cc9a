// A real redis-server as the judge of what is sent to it: the catalogue of
// provocations, and whole conversations.
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "drivers/common/random.h"
#include "drivers/redis/protocol.h"
#include "drivers/redis/words.h"
#include "tests/unit/drivers/redis/redis_server.h"
#include "tests/unit/drivers/redis/story.h"

namespace tidemark::redis {
namespace {

std::unique_ptr<Protocol> protocol_of(const LoadSpec& spec) {
  LoadUrl url;
  url.scheme = "redis";
  url.host = "127.0.0.1";
  url.resource = "/3";
  return *make_redis_protocol(spec, url);
}

class CatalogueAgainstRedis : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.ready()) << "ci/setup installs redis-server";
  }

  std::string answer_to(std::initializer_list<std::string_view> words) {
    std::string request;
    append_command(words, request);
    append_command({"QUIT"}, request);
    return server_.ask(request, [](const std::string&) { return false; });
  }

  RedisServer server_;
};

// What Redis waits for the rest of, and HTTP, at which it hangs up.
bool is_unanswered(std::string_view name) {
  static const std::set<std::string_view> kNames{
      "large_bulk_cut", "huge_array", "large_array_cut", "line_feed_only",
      "random_bytes",   "nul_bytes",  "tls_hello",       "bulk_cut_fin",
      "bulk_cut_reset", "length_cut", "script_cut",      "http_get",
      "http_post"};
  return kNames.contains(name);
}

TEST_F(CatalogueAgainstRedis, EachProvocationIsAnsweredAsItSays) {
  const std::unique_ptr<Protocol> protocol = protocol_of({});
  Random random(7);
  for (const Provocation& provocation : protocol->provocations()) {
    std::string bytes;
    provocation.write({"127.0.0.1:1", "/", "", random}, bytes);
    // What is cut short, or never answered, ends with our FIN.
    const std::string answer = server_.ask(
        bytes, [](const std::string&) { return false; }, true);
    const std::string told = protocol->describe_answer(answer);
    RecordProperty(std::string(provocation.name), told);
    // It never looks at what stands in a line end's place.
    const bool overlooked = provocation.name == "missing_line_end";
    if (!provocation.legal && is_unanswered(provocation.name)) {
      EXPECT_EQ(told, "") << provocation.name;
    } else {
      EXPECT_EQ(told.starts_with("-"), !provocation.legal && !overlooked)
          << provocation.name << ": " << told;
    }
    ASSERT_NE(answer_to({"PING"}).find("+PONG"), std::string::npos)
        << "the server is gone after " << provocation.name;
  }
  // Nothing stays that does not go by itself.
  const std::string lasting =
      answer_to({"EVAL",
                 "local n = 0 for _, k in ipairs(redis.call('KEYS', '*')) do "
                 "if redis.call('TTL', k) < 0 then n = n + 1 end end return n",
                 "0"});
  EXPECT_TRUE(lasting.starts_with(":0\r\n")) << lasting;
  const std::string clients = answer_to({"CLIENT", "LIST"});
  EXPECT_EQ(clients.find("id=", clients.find("id=") + 1), clients.npos)
      << clients;
}

// Sends greeting, commands and QUIT at once on one connection; what comes is
// then heard byte by byte, as if each had been sent in its turn.
Lines converse(const RedisServer& server, const LoadSpec& spec,
               const std::vector<std::vector<std::string>>& commands) {
  const std::unique_ptr<Protocol> protocol = protocol_of(spec);
  const VariableNames names;
  const std::vector<std::string> values;
  Random random(1);
  const TemplateContext context{.values = values, .random = random};
  std::vector<std::unique_ptr<Request>> requests;
  for (const std::vector<std::string>& words : commands) {
    Step step;
    step.words = words;
    requests.push_back(*protocol->prepare(step, names));
  }
  const auto say_all = [&](Conversation& conversation, std::string& wire) {
    for (const auto& request : requests)
      conversation.send(*request, {context, ""}, wire);
    conversation.say_goodbye({}, wire);
  };
  std::string wire;
  protocol->start(0)->greet(wire);
  say_all(*protocol->start(1), wire);
  const std::string answer =
      server.ask(wire, [](const std::string&) { return false; });

  const std::unique_ptr<Conversation> conversation = protocol->start(2);
  Story story;
  std::string unsent;
  conversation->greet(unsent);
  bool open = false;
  for (std::size_t at = 0; at < answer.size() && story.alive(); ++at) {
    feed(*conversation, std::string_view(answer).substr(at, 1), story);
    if (open || story.lines.empty()) continue;
    open = true;
    say_all(*conversation, unsent);
    for (const auto& request : requests) story.waiting.push_back(request.get());
  }
  return story.lines;
}

TEST_F(CatalogueAgainstRedis, APipelineOfAllHabitsIsUnderstoodInBothProtocols) {
  const std::vector<std::vector<std::string>> commands = {
      {"SET", "k", "v"},
      {"GET", "k"},
      {"NO_SUCH_COMMAND"},
      {"PUNSUBSCRIBE"},
      {"SUBSCRIBE", "a", "b", "a"},
      {"PSUBSCRIBE", "p*", "q*"},
      {"UNSUBSCRIBE", "b"},
      {"UNSUBSCRIBE"},
      {"PING"},
      {"PUNSUBSCRIBE"},
      {"SSUBSCRIBE", "s1", "s2"},
      {"SUNSUBSCRIBE"},
      {"UNSUBSCRIBE"},
      {"GET", "k"},
      {"PUBLISH", "a", "x"},
      {"MONITOR"},
      {"PING"},
      {"RESET"},
      {"PING"},
      {"LRANGE", "nothing", "0", "-1"},
  };
  for (int version : {2, 3}) {
    LoadSpec spec;
    spec.resp = version;
    const Lines lines = converse(server_, spec, commands);
    std::size_t replies = 0;
    Lines errors;
    for (const std::string& line : lines) {
      replies += line.starts_with("reply") || line.starts_with("error");
      if (line.starts_with("error")) errors.push_back(line);
    }
    EXPECT_EQ(lines.front(), "greeted");
    EXPECT_EQ(replies, commands.size()) << "RESP" << version;
    EXPECT_EQ(errors.size(), 1u) << "RESP" << version;
    EXPECT_EQ(lines.back(), "answered ") << "RESP" << version;
  }
}

TEST_F(CatalogueAgainstRedis, AWrongPasswordIsToldWithoutIt) {
  LoadSpec spec;
  spec.password = "hidden-one";
  const Lines two = converse(server_, spec, {});
  ASSERT_FALSE(two.empty());
  EXPECT_TRUE(two[0].starts_with("refused AUTH: ERR AUTH")) << two[0];
  spec.resp = 3;
  spec.username = "nobody";
  const Lines three = converse(server_, spec, {});
  ASSERT_FALSE(three.empty());
  EXPECT_EQ(three[0],
            "refused HELLO 3: WRONGPASS invalid username-password pair or "
            "user is disabled.");
}

}  // namespace
}  // namespace tidemark::redis
