#include "harness/runtimes/go/answer_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark::go {
namespace {

using testing::HasSubstr;

// The complaint about an answer that ends; "" and its body if there is none.
std::string complaint(std::string_view bytes, std::string* body = nullptr,
                      std::size_t step = 1 << 20, std::size_t most = 1 << 20) {
  AnswerReader reader(most);
  while (!bytes.empty()) {
    const Status put = reader.put(bytes.substr(0, step));
    if (!put) return put.error().message;
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
  const Status end = reader.end();
  if (!end) return end.error().message;
  if (body != nullptr) *body = reader.take().body;
  return "";
}

TEST(GoAnswerReader, TheLengthIsToldOrTheEndOrInChunks) {
  for (const std::size_t step : {1, 7, 1000}) {
    std::string body;
    EXPECT_EQ(complaint("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                        &body, step),
              "");
    EXPECT_EQ(body, "hello");
    EXPECT_EQ(complaint("HTTP/1.0 200 OK\r\n\r\nhello you", &body, step), "");
    EXPECT_EQ(body, "hello you");
    EXPECT_EQ(complaint("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
                        &body, step),
              "");
    EXPECT_EQ(body, "hello");
  }
}

TEST(GoAnswerReader, HalfAnAnswerIsTold) {
  EXPECT_EQ(complaint(""), "no answer: the connection ended");
  EXPECT_EQ(complaint("HTTP/1.1 20"),
            "half an answer: the connection ended in its head");
  EXPECT_EQ(complaint("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"),
            "half an answer: the connection ended 3 bytes before the length "
            "that it had told");
  EXPECT_EQ(complaint("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nhel\r\n"),
            "half an answer: the connection ended before the last chunk");
}

TEST(GoAnswerReader, WhatIsAroundABodyHasALimit) {
  std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 1000; ++i)
    bytes += "1;" + std::string(1000, 'x') + "\r\nx\r\n";
  bytes += "0\r\n\r\n";
  EXPECT_EQ(complaint(bytes, nullptr, 4096), "");
  EXPECT_EQ(complaint(bytes, nullptr, 4096, 2000),
            "an answer that is more than twice its body");
}

TEST(GoAnswerReader, MoreThanWasToldIsTold) {
  EXPECT_EQ(complaint("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello"),
            "more than the length that it had told");
}

TEST(GoAnswerReader, WhatIsTooMuchIsRefusedBeforeItIsRead) {
  EXPECT_THAT(
      complaint("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n"),
      HasSubstr("more than 1 MiB"));
  EXPECT_THAT(complaint("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "fffffff\r\nxx"),
              HasSubstr("more than 1 MiB"));
  EXPECT_THAT(complaint("HTTP/1.0 200 OK\r\n\r\n" + std::string(2 << 20, 'x')),
              HasSubstr("more than 1 MiB"));
  EXPECT_THAT(complaint("HTTP/1.1 200 OK\r\nX: " + std::string(1 << 20, 'x')),
              HasSubstr("not HTTP: header limit exceeded"));
}

TEST(GoAnswerReader, GarbageIsNoHttp) {
  EXPECT_EQ(complaint("SSH-2.0-OpenSSH\r\n"),
            "an answer that is not HTTP: it begins with `SSH-2.0-OpenSSH`");
  EXPECT_THAT(complaint("HTTP/1.1 abc\r\n\r\n"), HasSubstr("not HTTP: "));
  EXPECT_THAT(complaint("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
              HasSubstr("not HTTP: "));
  EXPECT_THAT(complaint("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nxx"),
              HasSubstr("encoded"));
  EXPECT_THAT(complaint("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
              HasSubstr("HTTP 101"));
}

}  // namespace
}  // namespace tidemark::go
