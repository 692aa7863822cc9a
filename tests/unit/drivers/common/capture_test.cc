// Parts of replies as variables.
#include "drivers/common/capture.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemark {
namespace {

std::string captured(CaptureFrom from, const std::string& pattern,
                     const Reply& reply) {
  const Result<CompiledCapture> compiled =
      compile_capture({"x", from, pattern});
  if (!compiled) return compiled.error().message;
  return capture(*compiled, reply).value_or("nothing");
}

std::string from_json(const std::string& path, std::string_view body) {
  Reply reply;
  reply.body = body;
  return captured(CaptureFrom::kJson, path, reply);
}

std::string from_head(const std::string& name, std::string_view head) {
  Reply reply;
  reply.head = head;
  return captured(CaptureFrom::kHeader, name, reply);
}

TEST(Capture, TheBodyIsTakenWhole) {
  Reply reply;
  reply.body = std::string_view("a\0b", 3);
  EXPECT_EQ(captured(CaptureFrom::kBody, "", reply), std::string("a\0b", 3));
  reply.body = {};
  EXPECT_EQ(captured(CaptureFrom::kBody, "", reply), "");
}

TEST(Capture, AHeaderIsFoundWhateverItsCase) {
  const std::string head =
      "HTTP/1.1 200 location: no\r\nX-A: 1\r\nlocation:  /there \r\n"
      "Location: /later\r\n\r\n";
  EXPECT_EQ(from_head("Location", head), "/there");
  EXPECT_EQ(from_head("x-a", head), "1");
  EXPECT_EQ(from_head("X-B", head), "nothing");
  EXPECT_EQ(from_head("X", "HTTP/1.1 200\r\nX:"), "");
  EXPECT_EQ(from_head("X", ""), "nothing");
}

TEST(Capture, ARegularExpressionGivesItsFirstGroup) {
  Reply reply;
  reply.body = "token=abc;";
  EXPECT_EQ(captured(CaptureFrom::kRegex, "token=(\\w+)", reply), "abc");
  EXPECT_EQ(captured(CaptureFrom::kRegex, "t\\w+", reply), "token");
  EXPECT_EQ(captured(CaptureFrom::kRegex, "u=", reply), "nothing");
}

TEST(Capture, OnlyTheBeginningOfALongBodyIsSearched) {
  const std::string body = std::string(64 * 1024 - 1, 'a') + "bc";
  Reply reply;
  reply.body = body;
  EXPECT_EQ(captured(CaptureFrom::kRegex, "b", reply), "b");
  EXPECT_EQ(captured(CaptureFrom::kRegex, "c", reply), "nothing");
}

TEST(Capture, JsonIsWalkedByNamesAndNumbers) {
  const std::string_view body =
      R"({"a":{"b":[10,"two",true,null,1.5,{"c":"\u00e4"}]},"x y":-3})";
  EXPECT_EQ(from_json("$.a.b[0]", body), "10");
  EXPECT_EQ(from_json("$.a.b[1]", body), "two");
  EXPECT_EQ(from_json("$.a.b[2]", body), "true");
  EXPECT_EQ(from_json("$.a.b[3]", body), "nothing");
  EXPECT_EQ(from_json("$.a.b[4]", body), "1.5");
  EXPECT_EQ(from_json("$.a.b[5].c", body), "ä");
  EXPECT_EQ(from_json("$['x y']", body), "-3");
  EXPECT_EQ(from_json("$[\"a\"]['b'][0]", body), "10");
  EXPECT_EQ(from_json("$.a.b[5]", body), "{\"c\":\"ä\"}");
  EXPECT_EQ(from_json("$", "[1, 2]"), "[1,2]");
}

TEST(Capture, WhatAJsonBodyDoesNotHaveIsNothing) {
  EXPECT_EQ(from_json("$.b", R"({"a":1})"), "nothing");
  EXPECT_EQ(from_json("$[1]", "[1]"), "nothing");
  EXPECT_EQ(from_json("$.a", "[1]"), "nothing");
  EXPECT_EQ(from_json("$[0]", R"({"a":1})"), "nothing");
  EXPECT_EQ(from_json("$", ""), "nothing");
  EXPECT_EQ(from_json("$", "{\"a\":"), "nothing");
}

TEST(Capture, HostileJsonIsNothing) {
  EXPECT_EQ(from_json("$", std::string(1 << 20, '[')), "nothing");
  EXPECT_EQ(from_json("$", std::string(300, '[') + std::string(300, ']')),
            "nothing");
  EXPECT_EQ(from_json("$", std::string(256, '[') + std::string(256, ']')),
            std::string(256, '[') + std::string(256, ']'));
  EXPECT_EQ(from_json("$.a", "{\"a\":\"\xff\"}"), "nothing");
  EXPECT_EQ(from_json("$", std::string(5 << 20, ' ') + "1"), "nothing");
}

TEST(Capture, MistakesAreRefusedBeforeAnythingIsSent) {
  EXPECT_EQ(from_json("a.b", "{}"),
            "capture `x`: JSON path `a.b`: wanted `$` first");
  EXPECT_EQ(from_json("$a", "{}"),
            "capture `x`: JSON path `$a`: wanted `.` or `[`");
  EXPECT_EQ(from_json("$..a", "{}"),
            "capture `x`: JSON path `$..a`: a `.` without a name");
  EXPECT_EQ(from_json("$[a]", "{}"),
            "capture `x`: JSON path `$[a]`: wanted a number or a quoted name "
            "in []");
  EXPECT_EQ(from_json("$['a]", "{}"),
            "capture `x`: JSON path `$['a]`: a name in [] is not closed");
  EXPECT_EQ(from_head("", ""),
            "capture `x`: wanted the name of a header, found ``");
  EXPECT_EQ(captured(CaptureFrom::kRegex, "(", {}),
            "capture `x`: regular expression, at letter 2: a `(` is not "
            "closed");
  EXPECT_EQ(compile_capture({"$a", CaptureFrom::kBody, ""}).error().message,
            "a capture cannot be called `$a`");
}

}  // namespace
}  // namespace tidemark
