// What a Redis protocol knows besides its conversations.
#include "drivers/redis/protocol.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "drivers/common/random.h"
#include "tests/unit/drivers/redis/talk.h"

namespace tidemark::redis {
namespace {

TEST(RedisAnswer, IsToldInFewWords) {
  Talk talk;
  const auto told = [&](std::string_view bytes) {
    return talk.protocol().describe_answer(bytes);
  };
  EXPECT_EQ(told(""), "");
  EXPECT_EQ(told("+OK\r\n"), "+OK");
  EXPECT_EQ(told("+OK\r\n-ERR a\r\n-ERR b\r\n"), "-ERR a");
  EXPECT_EQ(told("-ERR unknown command 'X', with args beginning with: 'a'\r\n"),
            "-ERR unknown command 'X'");
  EXPECT_EQ(told(":5\r\n"), ":5");
  EXPECT_EQ(told("$5\r\nhello\r\n"), "$ hello");
  EXPECT_EQ(told("$-1\r\n"), "$");
  EXPECT_EQ(told("*2\r\n+x\r\n:1\r\n"), "* x");
  EXPECT_EQ(told("*3\r\n$9\r\nsub"), "*3");
  EXPECT_EQ(told("HTTP/1.1 400 Bad Request\r\n\r\n"), "HTTP?");
  EXPECT_EQ(told("\x15\x03\x01"), "no RESP: ???");
  EXPECT_LE(told("-" + std::string(500, 'e') + "\r\n").size(), 60u);
}

TEST(RedisPolicy, DestructiveCommandsAreKnownInAnyCase) {
  for (const char* word : {"FLUSHALL", "flushdb", "Shutdown", "CONFIG", "debug",
                           "SAVE", "REPLICAOF", "MIGRATE"})
    EXPECT_TRUE(is_destructive(word)) << word;
  for (const char* word : {"GET", "SET", "PING", "", "FLUSH"})
    EXPECT_FALSE(is_destructive(word)) << word;
}

TEST(RedisPolicy, WhatMayNotLeaveLoopbackIsFoundInsideOfLoops) {
  const auto refused = [](std::vector<std::string> words) {
    Step inner;
    inner.words = std::move(words);
    Step loop;
    loop.kind = StepKind::kLoop;
    loop.steps = {inner};
    LoadSpec spec;
    spec.flow = {Step{}, loop};
    return refused_off_loopback(spec);
  };
  EXPECT_EQ(refused({"flushall"}), "flushall");
  EXPECT_EQ(refused({"EVAL", "return redis.call('flushall')", "0"}), "EVAL");
  EXPECT_EQ(refused({"{{ command }}", "x"}), "{{ command }}");
  EXPECT_EQ(refused({"SET", "{{ key }}", "FLUSHALL"}), "");
  EXPECT_EQ(refused({}), "");
}

TEST(RedisCatalogue, NamesAreUniqueAndPlain) {
  Talk talk;
  Lines names;
  Random random(1);
  for (const Provocation& provocation : talk.protocol().provocations()) {
    const std::string name(provocation.name);
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"),
              name.npos);
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 0) << name;
    EXPECT_FALSE(provocation.summary.empty()) << name;
    names.push_back(name);
    std::string out;
    provocation.write({"127.0.0.1:1", "/", "", random}, out);
    EXPECT_FALSE(out.empty()) << name;
    EXPECT_LE(out.size(), std::size_t{2} << 20) << name;
  }
  EXPECT_GE(names.size(), 35u);
}

}  // namespace
}  // namespace tidemark::redis
