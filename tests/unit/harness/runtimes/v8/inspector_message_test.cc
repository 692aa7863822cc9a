#include "harness/runtimes/v8/inspector_message.h"

#include <gtest/gtest.h>

namespace tidemark::v8 {
namespace {

std::string told(const std::string& text) {
  MessageReader reader;
  const Result<InspectorMessage> message = reader.read(text);
  if (!message) return message.error().message;
  std::string line;
  if (message->answers) line = "answer " + std::to_string(*message->answers);
  for (const std::string_view part :
       {message->method, message->result, std::string_view(message->refusal),
        message->chunk})
    if (!part.empty()) line += (line.empty() ? "" : " ") + std::string(part);
  return line;
}

TEST(InspectorMessageTest, Answers) {
  EXPECT_EQ(told(R"({"id":7,"result":{"a":[1,{"b":"}"}]}})"),
            R"(answer 7 {"a":[1,{"b":"}"}]})");
  EXPECT_EQ(told(R"({"result":{},"id":7})"), "answer 7 {}");
  EXPECT_EQ(told(R"({"error":{"code":1,"message":"not\nnow"},"id":7})"),
            "answer 7 not now");
  EXPECT_EQ(told(R"({"error":{},"id":7})"), "answer 7 no reason is given");
}

TEST(InspectorMessageTest, Events) {
  EXPECT_EQ(told(R"({"method":"A.b","params":{"chunk":"x"}})"), "A.b");
  EXPECT_EQ(
      told(
          R"({"method":"HeapProfiler.addHeapSnapshotChunk","params":{"chunk":"\"\u00e9"}})"),
      "HeapProfiler.addHeapSnapshotChunk \"\xc3\xa9");
  EXPECT_EQ(
      told(
          R"({"params":{"chunk":"x"},"method":"HeapProfiler.addHeapSnapshotChunk"})"),
      "HeapProfiler.addHeapSnapshotChunk x");
}

TEST(InspectorMessageTest, SaysWhatIsNoMessage) {
  EXPECT_EQ(told(""), "`` is no message of an inspector: it is not JSON");
  EXPECT_EQ(told("[]"),
            "`[]` is no message of an inspector: it is not an object");
  EXPECT_EQ(told("{}"),
            "`{}` is no message of an inspector: it has neither a method nor a "
            "number");
  EXPECT_EQ(told(R"({"id":1})"),
            "`{\"id\":1}` is no message of an inspector: it has neither a "
            "result nor an error");
}

}  // namespace
}  // namespace tidemark::v8
