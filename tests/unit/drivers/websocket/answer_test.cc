#include "drivers/websocket/answer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace tidemark::websocket {
namespace {

using namespace std::string_literals;

TEST(WebsocketAnswer, WhatCameBackIsSaidInAFewWords) {
  const std::pair<std::string, const char*> answers[] = {
      {"", ""},
      {"HTTP/1.1 400 Bad Request\r\nA: b\r\n\r\nno", "HTTP 400"},
      {"HTTP/1.1 101 X\r\n\r\n", "HTTP 101"},
      {"HTTP/1.1 101 X\r\nA", "HTTP 101"},
      {"HTTP/1.1 101 X\r\n\r\n\x88\x02\x03\xea", "HTTP 101, then close 1002"},
      {"HTTP/1.1 4", "broken HTTP"},
      {"HTTP/1.1 4x0 No", "broken HTTP"},
      {"\x88\x02\x03\xea", "close 1002"},
      {"\x88\x0a\x03\xef"
       "bad utf8",
       "close 1007 \"bad utf8\""},
      {"\x88\0"s, "close"},
      {"\x88\x02\x03"s, "close"},
      {"\x81\x05Hello", "text 5 B"},
      {"\x81\x05He", "text 5 B"},
      {"\x82\x7e\x01\0"s, "binary 256 B"},
      {"\x82\x7f\0\0\0\0\0\1\0\0"s, "binary 65536 B"},
      {"\x01\x02hi\x80\x01!", "text 2 B, then fragment 1 B"},
      {"\x81\x05Hello\x88\x02\x03\xe8", "text 5 B, then close 1000"},
      {"\x8a\0\x8a\0\x8a\0\x81\1a\x89\0"s,
       "several pong, then text 1 B, then ping"},
      {"\x81\1a\x82\1a\x81\1a\x82\1a\x81\1a\x82\1a"s,
       "text 1 B, then binary 1 B, then text 1 B, then binary 1 B, then more"},
      {"SSH-2.0-OpenSSH_9.2\r\n", "\"SSH-2.0-OpenSSH_9.2??\""},
      {"\x81", "part of a frame"},
      {"\x81\x7e\1", "part of a frame"},
      {"\x83\x01hello world", "no frame"},
      {"\x15\x03\x03\0\x02\x02\x28"s, "no frame"},
  };
  for (const auto& [bytes, words] : answers)
    EXPECT_EQ(describe_answer(bytes), words);
}

TEST(WebsocketAnswer, WhatAServiceSaysIsCleanedAndCut) {
  EXPECT_EQ(describe_answer("\x88\x08\x03\xea\x1b[31m\""),
            "close 1002 \"?[31m?\"");
  const std::string said = describe_answer(std::string(4000, 'x'));
  EXPECT_EQ(said, "\"" + std::string(40, 'x') + "...\"");
}

}  // namespace
}  // namespace tidemark::websocket
