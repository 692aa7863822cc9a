// The stand-in's Redis: what it takes for commands, and what it answers.
#include "drivers/redis/responder.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "drivers/redis/command_reader.h"
#include "drivers/redis/store.h"
#include "tests/support/late_answers.h"

namespace tidemark::redis {
namespace {

using Lines = std::vector<std::string>;

// A stand-in, and a client whose words are one read each.
class House {
 public:
  explicit House(const StandInSpec& spec = {})
      : standin(make_redis_responder(spec), spec) {}

  // What the service says to `bytes`.
  std::string say(std::string_view bytes) {
    standin.take(bytes);
    return std::exchange(standin.wire, {});
  }
  std::string answer_one() {
    standin.answer_one();
    return std::exchange(standin.wire, {});
  }

  LateAnswers standin;
};

Lines commands_in(const std::vector<std::string>& parts) {
  CommandReader reader;
  Lines found;
  for (const std::string& part : parts) {
    std::string_view rest = part;
    while (true) {
      const CommandReader::Kind kind = reader.next(rest);
      if (kind == CommandReader::Kind::kMore) break;
      if (kind == CommandReader::Kind::kBroken) {
        found.push_back("broken " + reader.trouble());
        return found;
      }
      std::string line;
      for (const std::string& word : reader.take_words())
        line += "[" + word + "]";
      found.push_back(line);
    }
  }
  return found;
}

// At once, cut in two at every place, and byte by byte: always the same.
Lines commands_all_ways(const std::string& wire) {
  const Lines whole = commands_in({wire});
  std::vector<std::string> bytes;
  for (std::size_t i = 0; i < wire.size(); ++i) {
    bytes.push_back(wire.substr(i, 1));
    EXPECT_EQ(commands_in({wire.substr(0, i), wire.substr(i)}), whole) << i;
  }
  EXPECT_EQ(commands_in(bytes), whole);
  return whole;
}

TEST(CommandReader, ArraysAndLinesAreCommands) {
  EXPECT_EQ(commands_all_ways("*2\r\n$4\r\nECHO\r\n$2\r\n\r\n\r\nPING\r\n\r\n"
                              "*0\r\n*-1\r\nGET  k\nX\r\n*1\r\n$0\r\n\r\n"),
            (Lines{"[ECHO][\r\n]", "[PING]", "[GET][k]", "[X]", "[]"}));
}

TEST(CommandReader, QuotesHoldBlanksTogether) {
  EXPECT_EQ(commands_all_ways("a \"b c\" 'd \\' e' \"\\x41\\n\\\"\" \"\"\r\n"),
            Lines{"[a][b c][d ' e][A\n\"][]"});
  EXPECT_EQ(commands_all_ways("a \"b\r\n"),
            Lines{"broken Protocol error: unbalanced quotes in request"});
  EXPECT_EQ(commands_all_ways("a \"b\"c\r\n"),
            Lines{"broken Protocol error: unbalanced quotes in request"});
}

TEST(CommandReader, WhatIsWrongIsSaidAsRedisDoes) {
  EXPECT_EQ(commands_all_ways("*x\r\n"),
            Lines{"broken Protocol error: invalid multibulk length"});
  EXPECT_EQ(commands_all_ways("*2000000\r\n"),
            Lines{"broken Protocol error: invalid multibulk length"});
  EXPECT_EQ(commands_all_ways("*1\r\n:5\r\n"),
            Lines{"broken Protocol error: expected '$', got ':'"});
  EXPECT_EQ(commands_all_ways("*1\r\n$-5\r\n"),
            Lines{"broken Protocol error: invalid bulk length"});
  EXPECT_EQ(commands_all_ways("*1\r\n$2000000000\r\n"),
            Lines{"broken Protocol error: invalid bulk length"});
  EXPECT_EQ(commands_all_ways("PING\r\npost / HTTP/1.1\r\n"),
            (Lines{"[PING]", "broken "}));
  EXPECT_EQ(commands_in({std::string((64 << 10) + 1, 'x')}),
            Lines{"broken Protocol error: too big inline request"});
  EXPECT_EQ(commands_in({"*" + std::string(64 << 10, '1')}),
            Lines{"broken Protocol error: too big mbulk count string"});
}

TEST(CommandReader, AWholeCommandIsLimited) {
  const std::string half(kMaxCommand / 2, 'x');
  const std::string word =
      "$" + std::to_string(half.size()) + "\r\n" + half + "\r\n";
  EXPECT_EQ(commands_in({"*3\r\n" + word + word}),
            Lines{"broken Protocol error: invalid bulk length"});
}

TEST(RedisStore, TheOldestIsForgotten) {
  Store store;
  for (std::size_t i = 0; i <= kMaxStoredKeys; ++i)
    EXPECT_TRUE(store.set("k" + std::to_string(i), "v"));
  EXPECT_EQ(store.size(), kMaxStoredKeys);
  EXPECT_EQ(store.get("k0"), nullptr);
  ASSERT_NE(store.get("k1"), nullptr);
  EXPECT_TRUE(store.erase("k1"));
  EXPECT_FALSE(store.erase("k1"));
  EXPECT_FALSE(store.set("big", std::string(kMaxStoredValue, 'x')));
}

TEST(RedisStandIn, TheCommonestCommandsAreAnsweredAsRedisDoes) {
  House house;
  EXPECT_EQ(house.say("PING\r\nPING a\r\nECHO b\r\n"),
            "+PONG\r\n$1\r\na\r\n$1\r\nb\r\n");
  EXPECT_EQ(house.say("SET k 41\r\nGET k\r\nINCR k\r\nGET nothing\r\n"),
            "+OK\r\n$2\r\n41\r\n:42\r\n$-1\r\n");
  EXPECT_EQ(house.say("EXISTS k k x\r\nEXPIRE k 5\r\nDEL k x\r\nGET k\r\n"),
            ":2\r\n:1\r\n:1\r\n$-1\r\n");
  EXPECT_EQ(house.say("SELECT 3\r\nCLIENT SETNAME x\r\nCOMMAND DOCS\r\n"),
            "+OK\r\n+OK\r\n*0\r\n");
  EXPECT_EQ(house.say("SET k text\r\nINCR k\r\n"),
            "+OK\r\n-ERR value is not an integer or out of range\r\n");
  EXPECT_EQ(house.say("GET\r\nTIDEMARK x\r\n"),
            "-ERR wrong number of arguments for 'GET' command\r\n"
            "-ERR unknown command 'TIDEMARK'\r\n");
  EXPECT_TRUE(house.say("INFO\r\n").starts_with("$"));
}

TEST(RedisStandIn, AnswersMayComeLater) {
  House house;
  house.standin.waits = true;
  EXPECT_EQ(house.say("PING a\r\nECHO b\r\nQUIT\r\nPING\r\n"), "");
  EXPECT_EQ(house.standin.titles, (Lines{"PING a", "ECHO b", "QUIT"}));
  EXPECT_EQ(house.answer_one(), "$1\r\na\r\n");
  EXPECT_EQ(house.answer_one(), "$1\r\nb\r\n");
  EXPECT_TRUE(house.standin.open);
  EXPECT_EQ(house.answer_one(), "+OK\r\n");
  EXPECT_FALSE(house.standin.open);
  EXPECT_EQ(house.answer_one(), "");
}

TEST(RedisStandIn, AClientThatNeverReadsIsLetGo) {
  House house;
  house.standin.waits = true;
  const std::string large(1 << 20, 'x');
  const std::string command =
      "*2\r\n$4\r\nECHO\r\n$1048576\r\n" + large + "\r\n";
  for (int i = 0; i < 70 && house.standin.open; ++i) house.say(command);
  EXPECT_EQ(house.standin.trouble, "too many commands that wait for an answer");
}

TEST(RedisStandIn, ItsClientsShareWhatIsStored) {
  House house;
  house.say("SET k v\r\n");
  house.standin.next_client();
  EXPECT_EQ(house.say("GET k\r\n"), "$1\r\nv\r\n");
}

TEST(RedisStandIn, QuitEndsBehindItsAnswer) {
  House house;
  EXPECT_EQ(house.say("QUIT\r\nPING\r\n"), "+OK\r\n");
  EXPECT_FALSE(house.standin.open);
  EXPECT_EQ(house.standin.trouble, "none");
}

TEST(RedisStandIn, HelloChangesTheProtocol) {
  House house;
  EXPECT_TRUE(house.say("HELLO 3\r\n").starts_with("%6\r\n$6\r\nserver\r\n"));
  EXPECT_EQ(house.say("GET nothing\r\n"), "_\r\n");
  EXPECT_EQ(house.say("SUBSCRIBE a\r\n"),
            ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
  EXPECT_TRUE(house.say("HELLO 2\r\n").starts_with("*12\r\n"));
  EXPECT_EQ(house.say("HELLO 9\r\n"),
            "-NOPROTO unsupported protocol version\r\n");
}

TEST(RedisStandIn, SubscriptionsAreConfirmedOneByOne) {
  House house;
  EXPECT_EQ(house.say("SUBSCRIBE a b\r\nPING\r\nUNSUBSCRIBE a\r\n"),
            "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
            "*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n"
            "*2\r\n$4\r\npong\r\n$0\r\n\r\n"
            "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n");
  EXPECT_EQ(house.say("XSUBSCRIBE\r\n"),
            "-ERR unknown command 'XSUBSCRIBE'\r\n");
}

TEST(RedisStandIn, APasswordIsAskedFor) {
  StandInSpec spec;
  spec.password = "p";
  House house(spec);
  EXPECT_EQ(house.say("PING\r\nAUTH x\r\nAUTH p\r\nPING\r\n"),
            "-NOAUTH Authentication required.\r\n"
            "-WRONGPASS invalid username-password pair\r\n+OK\r\n+PONG\r\n");
  house.standin.next_client();
  EXPECT_EQ(house.say("HELLO 3\r\n"),
            "-NOAUTH HELLO must be called with AUTH\r\n");
  EXPECT_TRUE(house.say("HELLO 3 AUTH default p\r\n").starts_with("%6"));
  EXPECT_EQ(House().say("AUTH x\r\n"),
            "-ERR AUTH called without any password configured\r\n");
}

TEST(RedisStandIn, RulesSayWhatTheySay) {
  StandInSpec spec;
  spec.rules.resize(6);
  spec.rules[0].when = "get";
  spec.rules[0].error = "LOADING wait\r\na bit";
  spec.rules[1].when = "SET";
  spec.rules[1].reply = "stored";
  spec.rules[1].repeat = 2;
  spec.rules[2].when = "RAW";
  spec.rules[2].raw = true;
  spec.rules[2].reply = ":1\r";
  spec.rules[3].when = "ECHO";
  spec.rules[3].echo = true;
  spec.rules[4].when = "DATA";
  spec.rules[4].size = Bytes{3};
  spec.rules[5].when = "PING";  // only waits, for example
  House house(spec);
  house.standin.generated = "xyz";
  EXPECT_EQ(house.say("GET k\r\n"), "-LOADING wait  a bit\r\n");
  EXPECT_EQ(house.say("SET k v\r\n"), "$6\r\nstored\r\n$6\r\nstored\r\n");
  EXPECT_EQ(house.say("raw\r\n"), ":1\r");
  EXPECT_EQ(house.say("ECHO a\r\n"), "$1\r\na\r\n");
  EXPECT_EQ(house.say("DATA\r\n"), "$3\r\nxyz\r\n");
  EXPECT_EQ(house.say("PING\r\n"), "+PONG\r\n");
  EXPECT_EQ(house.standin.titles,
            (Lines{"GET k", "SET k", "RAW", "ECHO a", "DATA", "PING"}));
}

TEST(RedisStandIn, WhatCannotBeUnderstoodEndsTheConnection) {
  House house;
  EXPECT_EQ(house.say("PING\r\n*1\r\n:5\r\nPING\r\n"),
            "+PONG\r\n-ERR Protocol error: expected '$', got ':'\r\n");
  EXPECT_EQ(house.standin.trouble, "Protocol error: expected '$', got ':'");
  EXPECT_EQ(house.say("PING\r\n"), "");
  house.standin.next_client();
  house.standin.waits = true;
  EXPECT_EQ(house.say("PING\r\nPING a\r\n*abc\r\n"), "");
  EXPECT_EQ(house.answer_one(), "+PONG\r\n");
  EXPECT_EQ(house.answer_one(),
            "$1\r\na\r\n-ERR Protocol error: invalid multibulk length\r\n");
  house.standin.next_client();
  EXPECT_EQ(house.say("Host: localhost\r\n"), "");
  EXPECT_EQ(house.standin.trouble, "HTTP instead of RESP");
}

}  // namespace
}  // namespace tidemark::redis
