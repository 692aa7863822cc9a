#include "harness/runtimes/v8/inspector_place.h"

#include <gtest/gtest.h>

namespace tidemark::v8 {
namespace {

// As Node 20 answers.
constexpr const char* kNode =
    "HTTP/1.0 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\n"
    "Cache-Control: no-cache\r\nContent-Length: 99\r\n\r\n"
    "[ {\n  \"type\": \"node\",\n"
    "  \"webSocketDebuggerUrl\": \"ws://127.0.0.1:38317/3cc5-4b\"\n} ]";

std::string place(const std::string& reply) {
  const Result<std::string> found = parse_listing(reply);
  return found ? *found : found.error().message;
}

std::string body(const std::string& json) {
  return place("HTTP/1.1 200 OK\r\n\r\n" + json);
}

TEST(InspectorPlaceTest, NodesOwnReply) { EXPECT_EQ(place(kNode), "/3cc5-4b"); }

TEST(InspectorPlaceTest, TheWholeReplysSizeIsKnownFromItsHead) {
  const std::string reply = kNode;
  EXPECT_EQ(listing_size(reply), reply.find("\r\n\r\n") + 4 + 99);
  EXPECT_EQ(listing_size(reply.substr(0, 60)), 0u);
  EXPECT_EQ(listing_size("HTTP/1.0 200 OK\r\n\r\n"), 0u);
  EXPECT_EQ(listing_size("HTTP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n"), 0u);
  EXPECT_EQ(listing_size("HTTP/1.0 200 OK\r\ncontent-LENGTH: 7\r\n\r\n"), 45u);
  EXPECT_EQ(listing_size("x\r\nContent-Length: 9999999999999\r\n\r\n"),
            std::string("x\r\nContent-Length: 9999999999999\r\n\r\n").size() +
                kMaxListing);
}

TEST(InspectorPlaceTest, SaysWhyThereIsNone) {
  EXPECT_EQ(place(""), "it does not speak HTTP");
  EXPECT_EQ(place("HTTP/1.1 404 Not Found\r\n\r\n"),
            "it answers `HTTP/1.1 404 Not Found` to /json/list");
  EXPECT_EQ(place("HTTP/1.1 200 OK\r\n"), "its reply has no end");
  EXPECT_EQ(body("<html>"), "its /json/list is no list of debuggers");
  EXPECT_EQ(body("[]"), "its /json/list is no list of debuggers");
  EXPECT_EQ(body("[{}]"),
            "its debugger has no address: is one connected that wants to be "
            "alone?");
  EXPECT_EQ(body(R"([{"webSocketDebuggerUrl":"http://a/b"}])"),
            "`http://a/b` is not the address of a debugger");
  EXPECT_EQ(body(R"([{"webSocketDebuggerUrl":"ws://a/b\r\nX: y"}])"),
            "`ws://a/b  X: y` is not the address of a debugger");
}

}  // namespace
}  // namespace tidemark::v8
