// A real redis-server as the judge of RESP3: as many replies are found as
// commands were sent, however the answer is cut. Skipped without one.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/redis/resp.h"
#include "drivers/redis/words.h"
#include "tests/unit/drivers/redis/redis_server.h"

namespace tidemark::redis {
namespace {

struct Found {
  std::size_t replies = 0;
  std::size_t pushes = 0;
  std::string types;  // of the replies, in order
  std::string trouble;
  std::int64_t size = 0;

  bool operator==(const Found&) const = default;
};

void count(RespReader& reader, std::string_view part, bool keep, Found& found) {
  while (true) {
    const RespRead read = reader.next(part, keep);
    if (read.kind == RespRead::Kind::kMore) return;
    if (read.kind == RespRead::Kind::kBroken) {
      found.trouble = read.value.text;
      return;
    }
    found.size += read.value.size;
    ++(read.value.push() ? found.pushes : found.replies);
    if (!read.value.push()) found.types += read.value.type;
  }
}

Found read_cut(std::string_view wire, std::size_t cut, bool keep) {
  Found found;
  RespReader reader;
  count(reader, wire.substr(0, cut), keep, found);
  count(reader, wire.substr(cut), keep, found);
  return found;
}

// In pieces of `size` bytes.
Found read_pieces(std::string_view wire, std::size_t size, bool keep) {
  Found found;
  RespReader reader;
  for (std::size_t at = 0; at < wire.size(); at += size)
    count(reader, wire.substr(at, size), keep, found);
  return found;
}

// Commands, "a b c" each; a word `_` is a blank.
std::string encoded(const std::vector<std::string>& commands) {
  std::string wire;
  for (std::string_view command : commands) {
    std::vector<std::string> words;
    while (true) {
      const std::size_t end = command.find(' ');
      words.emplace_back(command.substr(0, end));
      if (end == command.npos) break;
      command.remove_prefix(end + 1);
    }
    append_number('*', words.size(), wire);
    for (const std::string& word : words)
      append_bulk(word == "_" ? " " : word, wire);
  }
  return wire;
}

class RespAgainstRedis : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.ready()) << "ci/setup installs redis-server";
  }

  // The bytes with which the server answers, the mark at their end included.
  std::string answer_to(std::vector<std::string> commands) {
    commands.emplace_back("ECHO the-end-of-it");
    const std::string mark = "$13\r\nthe-end-of-it\r\n";
    const auto done = [&](const std::string& answer) {
      return answer.ends_with(mark);
    };
    return server_.ask(encoded(commands), done);
  }

  RedisServer server_;
};

const std::vector<std::string> kCommands = {
    "PING",
    "PING hello",
    "SET s text",
    "GET s",
    "GET nothing",
    "SET n 41",
    "INCR n",
    "INCRBYFLOAT n 1.5",
    "INCR s",
    "HSET h f1 v1 f2 v2",
    "HGETALL h",
    "HGETALL nothing",
    "HMGET h f1 nothing",
    "HRANDFIELD h 2 WITHVALUES",
    "SADD set a b c",
    "SMEMBERS set",
    "SMISMEMBER set a z",
    "SPOP set 2",
    "ZADD z 1 one 2.5 two inf max",
    "ZRANGE z 0 -1 WITHSCORES",
    "ZSCORE z two",
    "ZSCORE z nothing",
    "ZMSCORE z one nothing max",
    "ZPOPMIN z",
    "RPUSH l a b c",
    "LRANGE l 0 -1",
    "LPOP l 2",
    "LPOP nothing 2",
    "BLPOP nothing 0.001",
    "XADD x 1-1 k v",
    "XADD x 2-1 k v k2 v2",
    "XRANGE x - +",
    "XREAD COUNT 2 STREAMS x 0",
    "XREAD STREAMS nothing 0",
    "XGROUP CREATE x g 0",
    "XREADGROUP GROUP g c STREAMS x >",
    "XPENDING x g",
    "XINFO STREAM x FULL",
    "XINFO GROUPS x",
    "GEOADD geo 13.361389 38.115556 Palermo",
    "GEOPOS geo Palermo nothing",
    "GEOSEARCH geo FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHDIST WITHCOORD",
    "PFADD hll a b",
    "PFCOUNT hll",
    "SETBIT bits 7 1",
    "BITFIELD bits GET u4 0 OVERFLOW FAIL INCRBY u2 100 3",
    "OBJECT ENCODING s",
    "OBJECT HELP",
    "TYPE s",
    "TTL s",
    "EXPIRE s 100",
    "SCAN 0",
    "HSCAN h 0",
    "DUMP s",
    "SORT l",
    "LCS s s IDX",
    "CONFIG GET max*",
    "CONFIG GET nothing",
    "CLIENT INFO",
    "CLIENT LIST",
    "CLIENT GETNAME",
    "CLIENT TRACKINGINFO",
    "COMMAND COUNT",
    "COMMAND INFO GET SET nothing",
    "COMMAND DOCS SET XREADGROUP CLIENT ZADD",
    "COMMAND",
    "INFO",
    "INFO server",
    "LOLWUT",
    "LOLWUT VERSION 5 20 2 2",
    "MEMORY STATS",
    "MEMORY DOCTOR",
    "LATENCY DOCTOR",
    "LATENCY HISTOGRAM",
    "SLOWLOG GET",
    "ACL LIST",
    "ACL CAT",
    "ACL GETUSER default",
    "MODULE LIST",
    "FUNCTION LIST",
    "FUNCTION STATS",
    "PUBSUB CHANNELS",
    "PUBSUB NUMSUB a b",
    "DBSIZE",
    "TIME",
    "ROLE",
    "LASTSAVE",
    "WAIT 0 1",
    "UNKNOWN_COMMAND a b",
    "GET",
    "LPUSH s x",
    "EVAL return{1,{2,{3,'x'}},false,'y'} 0",
    "EVAL return{double=3.5} 0",
    "EVAL return{map={a=1,b={2}}} 0",
    "EVAL return{err='MY_oops'} 0",
    "EVAL return_nil 0",
    "EVAL redis.setresp(3);return{map={a=1},double=1.5} 0",
    "MULTI",
    "SET s t",
    "INCR s",
    "HGETALL h",
    "EXEC",
    "MULTI",
    "DISCARD",
    "EXEC",
    "WATCH s",
    "UNWATCH",
    "SUBSCRIBE",
    "RESET",
};

TEST_F(RespAgainstRedis, EachCommandOfResp3HasOneReply) {
  std::vector<std::string> commands{"HELLO 3"};
  commands.insert(commands.end(), kCommands.begin(), kCommands.end());
  const std::string wire = answer_to(commands);
  const Found whole = read_cut(wire, 0, true);
  EXPECT_EQ(whole.trouble, "");
  EXPECT_EQ(whole.replies, commands.size() + 1);
  EXPECT_EQ(whole.pushes, 0u);
  // What of RESP3 has been met.
  const std::set<char> types(whole.types.begin(), whole.types.end());
  for (char type : {'+', '-', ':', '$', '*', '_', '%', '~', ',', '='})
    EXPECT_TRUE(types.contains(type)) << type;
  EXPECT_EQ(read_cut(wire, 0, false), whole);
}

TEST_F(RespAgainstRedis, EachCommandOfResp2HasOneReply) {
  const std::string wire = answer_to(kCommands);
  const Found whole = read_cut(wire, 0, true);
  EXPECT_EQ(whole.trouble, "");
  EXPECT_EQ(whole.replies, kCommands.size() + 1);
  EXPECT_EQ(read_pieces(wire, 1, true), whole);
}

TEST_F(RespAgainstRedis, ItDoesNotMatterWhereTheAnswerIsCut) {
  std::vector<std::string> commands{"HELLO 3"};
  for (const std::string& command : kCommands)
    // The longest are cut in pieces below; each place of them takes too long.
    if (command != "COMMAND" && !command.starts_with("COMMAND DOCS"))
      commands.push_back(command);
  const std::string wire = answer_to(commands);
  // Each command alone, so that what comes before is not read again.
  std::string_view rest = wire;
  RespReader reader;
  std::size_t replies = 0;
  while (!rest.empty()) {
    const std::string_view before = rest;
    ASSERT_EQ(reader.next(rest, true).kind, RespRead::Kind::kValue);
    ++replies;
    const std::string_view one = before.substr(0, before.size() - rest.size());
    const std::size_t step = one.size() > 3000 ? one.size() / 997 + 1 : 1;
    for (bool keep : {false, true}) {
      const Found whole = read_cut(one, 0, keep);
      ASSERT_EQ(whole.replies, 1u);
      for (std::size_t cut = 1; cut < one.size(); cut += step)
        ASSERT_EQ(read_cut(one, cut, keep), whole) << one << " at " << cut;
    }
  }
  EXPECT_EQ(replies, commands.size() + 1);
  const std::string long_wire =
      answer_to({"HELLO 3", "COMMAND", "COMMAND DOCS", "COMMAND"});
  const Found whole = read_cut(long_wire, 0, true);
  EXPECT_EQ(whole.replies, 5u);
  for (std::size_t size : {1u, 2u, 3u, 7u, 1000u, 65536u})
    EXPECT_EQ(read_pieces(long_wire, size, true), whole) << size;
}

TEST_F(RespAgainstRedis, PushesComeBetweenReplies) {
  const std::string wire = answer_to(
      {"HELLO 3", "SUBSCRIBE a b", "PSUBSCRIBE p*", "PUBLISH a hello",
       "PUBLISH pa hello", "CLIENT TRACKING ON", "SET s 1", "GET s", "SET s 2",
       "GET s", "FLUSHALL", "UNSUBSCRIBE", "PUNSUBSCRIBE", "PING"});
  const Found whole = read_cut(wire, 0, true);
  EXPECT_EQ(whole.trouble, "");
  // (UN)SUBSCRIBE are answered by pushes alone; 3 + 3 of them, 2 messages,
  // and 2 keys or all that became invalid.
  EXPECT_EQ(whole.replies, 11u);
  EXPECT_EQ(whole.pushes, 10u);
  for (std::size_t cut = 1; cut < wire.size(); ++cut)
    ASSERT_EQ(read_cut(wire, cut, true), whole) << cut;
}

// DEBUG PROTOCOL shows what no command of Redis says by itself.
TEST_F(RespAgainstRedis, TheTypesThatAreRareAreRead) {
  const std::string wire = answer_to(
      {"HELLO 3", "DEBUG PROTOCOL attrib", "DEBUG PROTOCOL bignum",
       "DEBUG PROTOCOL true", "DEBUG PROTOCOL false", "DEBUG PROTOCOL null",
       "DEBUG PROTOCOL verbatim", "DEBUG PROTOCOL double", "DEBUG PROTOCOL map",
       "DEBUG PROTOCOL set", "DEBUG PROTOCOL push"});
  const Found whole = read_cut(wire, 0, true);
  EXPECT_EQ(whole.trouble, "");
  EXPECT_NE(wire.find("|1\r\n"), wire.npos) << "no attribute came";
  EXPECT_EQ(whole.pushes, 1u);
  EXPECT_EQ(whole.types, "%$(##_=,%~$$");
  for (std::size_t cut = 1; cut < wire.size(); ++cut)
    ASSERT_EQ(read_cut(wire, cut, true), whole) << cut;
}

}  // namespace
}  // namespace tidemark::redis
