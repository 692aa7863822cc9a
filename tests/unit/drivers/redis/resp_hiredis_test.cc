// hiredis as the judge of RESP2: what it reads, the skip-parser reads too.
// Left out where hiredis is not installed.
#ifdef TIDEMARK_HIREDIS

#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <string>
#include <string_view>

#include "drivers/common/random.h"
#include "drivers/redis/resp.h"

namespace tidemark::redis {
namespace {

// hiredis 0.14 knows no deeper ones.
constexpr int kDeepest = 6;

std::string random_text(Random& random, bool line) {
  std::string text(random.below(random.below(8) == 0 ? 300 : 12), ' ');
  for (char& c : text)
    c = static_cast<char>(line ? 0x20 + random.below(0x5f) : random.below(256));
  return text;
}

void append_reply(Random& random, int depth, std::string& wire) {
  switch (random.below(depth < kDeepest ? 7 : 5)) {
    case 0:
      wire += "+" + random_text(random, true) + "\r\n";
      break;
    case 1:
      wire += "-" + random_text(random, true) + "\r\n";
      break;
    case 2:
      wire += ":" +
              std::to_string(static_cast<std::int64_t>(random.next()) >>
                             random.below(64)) +
              "\r\n";
      break;
    case 3:
      wire += random.below(2) == 0 ? "$-1\r\n" : "*-1\r\n";
      break;
    case 4: {
      const std::string text = random_text(random, false);
      wire += "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
      break;
    }
    default: {
      const std::uint32_t count = random.below(5);
      wire += "*" + std::to_string(count) + "\r\n";
      for (std::uint32_t i = 0; i < count; ++i)
        append_reply(random, depth + 1, wire);
    }
  }
}

// The elements with a blank between them, as RespValue::text has them.
void flatten(const redisReply& reply, bool& begun, std::string& text) {
  if (reply.type == REDIS_REPLY_ARRAY) {
    for (std::size_t i = 0; i < reply.elements; ++i)
      flatten(*reply.element[i], begun, text);
    return;
  }
  if (begun) text += ' ';
  begun = true;
  if (reply.type == REDIS_REPLY_INTEGER)
    text += std::to_string(reply.integer);
  else if (reply.type != REDIS_REPLY_NIL)
    text.append(reply.str, reply.len);
}

std::string type_in_words(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_STATUS:
      return "+";
    case REDIS_REPLY_ERROR:
      return "-";
    case REDIS_REPLY_INTEGER:
      return ":";
    case REDIS_REPLY_STRING:
      return "$";
    case REDIS_REPLY_ARRAY:
      return "*";
    default:
      return "nil";
  }
}

std::string story_of_hiredis(const std::string& wire) {
  std::string story;
  redisReader* reader = redisReaderCreate();
  redisReaderFeed(reader, wire.data(), wire.size());
  void* reply = nullptr;
  while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply != nullptr) {
    const redisReply& found = *static_cast<redisReply*>(reply);
    bool begun = false;
    // An array of nothing is told from null only by its type.
    story += type_in_words(found) + " ";
    flatten(found, begun, story);
    story += "\n";
    freeReplyObject(reply);
    reply = nullptr;
  }
  redisReaderFree(reader);
  return story;
}

std::string story_of_ours(const std::string& wire, Random& random, bool cut) {
  std::string story;
  RespReader reader;
  std::string_view left = wire;
  while (!left.empty()) {
    const std::size_t size =
        cut ? 1 + random.below(static_cast<std::uint32_t>(left.size()))
            : left.size();
    // Of its own, so that AddressSanitizer sees a read past its end.
    const std::string part(left.substr(0, size));
    left.remove_prefix(size);
    std::string_view rest = part;
    while (true) {
      const RespRead read = reader.next(rest, true);
      if (read.kind == RespRead::Kind::kMore) break;
      if (read.kind == RespRead::Kind::kBroken)
        return story + "broken " + std::string(read.value.text);
      EXPECT_EQ(read.value.size,
                static_cast<std::int64_t>(read.value.text.size()));
      story += std::string(1, read.value.type) + " ";
      story += std::string(read.value.text) + "\n";
    }
  }
  return story;
}

TEST(RespAgainstHiredis, RandomRepliesAreReadAlike) {
  Random random(42);
  for (int round = 0; round < 3000; ++round) {
    std::string wire;
    const std::uint32_t replies = 1 + random.below(4);
    for (std::uint32_t i = 0; i < replies; ++i) append_reply(random, 0, wire);
    std::string judged = story_of_hiredis(wire);
    std::string ours = story_of_ours(wire, random, false);
    EXPECT_EQ(story_of_ours(wire, random, true), ours) << wire;
    // hiredis does not say which null it was.
    for (std::size_t at = 0; (at = judged.find("nil ", at)) != judged.npos;) {
      judged[at] = at < ours.size() ? ours[at] : '?';
      judged.erase(at + 1, 2);
    }
    ASSERT_EQ(ours, judged) << wire;
  }
}

}  // namespace
}  // namespace tidemark::redis

#endif  // TIDEMARK_HIREDIS
