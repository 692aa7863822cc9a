// The conversation with an inspector, against one that plays by a script.
#include "harness/runtimes/v8/inspector.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "harness/runtimes/v8/inspector_place.h"
#include "tests/support/real_clock.h"
#include "tests/unit/harness/runtimes/v8/fake_inspector.h"

namespace tidemark::v8 {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using v8_test::FakeInspector;
using v8_test::FakeInspectorScript;
using v8_test::number_of;
using v8_test::result_of;

class InspectorTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Inspector>> connect(const FakeInspector& server) {
    return Inspector::connect(server.port(), "/abc", clock_, seconds(10));
  }

  std::string complaint(FakeInspectorScript script,
                        Duration silence = seconds(10)) {
    FakeInspector server(std::move(script));
    const auto inspector = connect(server);
    if (!inspector) return inspector.error().message;
    const auto answer = (*inspector)->call("A.b", "{}", silence, {});
    return answer ? "answered " + *answer : answer.error().message;
  }

  RealClock clock_;
};

TEST_F(InspectorTest, FindsTheDebuggersPlace) {
  FakeInspector server({});
  const auto place = find_debugger(server.port(), clock_, seconds(10));
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_EQ(*place, "/abc");
}

TEST_F(InspectorTest, AnswersAreThoseOfTheCall) {
  FakeInspector server({.answer = [](const std::string& message) {
    return std::vector<std::string>{
        R"({"id":77,"result":{"other":1}})",
        R"({"method":"Some.event","params":{}})",
        result_of(message, R"({"mine":)" + number_of(message) + "}")};
  }});
  auto inspector = connect(server);
  ASSERT_TRUE(inspector) << inspector.error().message;
  for (const char* wanted : {R"({"mine":1})", R"({"mine":2})"}) {
    const auto answer = (*inspector)->call("A.b", "{}", seconds(10), {});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(*answer, wanted);
  }
  inspector->reset();
  EXPECT_EQ(server.heard().front(), R"({"id":1,"method":"A.b","params":{}})");
}

TEST_F(InspectorTest, ChunksComeInOrder) {
  FakeInspector server({.answer = [](const std::string& message) {
    std::vector<std::string> texts;
    for (const char* chunk : {R"({\"a\":)", R"(\"\u00e9\n\")", "}"})
      texts.push_back(
          R"({"method":"HeapProfiler.addHeapSnapshotChunk","params":{"chunk":")" +
          std::string(chunk) + "\"}}");
    texts.push_back(result_of(message, "{}"));
    return texts;
  }});
  auto inspector = connect(server);
  ASSERT_TRUE(inspector) << inspector.error().message;
  std::string text;
  const auto answer =
      (*inspector)
          ->call("HeapProfiler.takeHeapSnapshot", "{}", seconds(10),
                 [&text](std::string_view chunk) -> Status {
                   text += chunk;
                   return {};
                 });
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(text, "{\"a\":\"\xc3\xa9\n\"}");
}

TEST_F(InspectorTest, AChunkThatIsRefusedEndsTheConversation) {
  FakeInspector server({.answer = [](const std::string& message) {
    return std::vector<std::string>{
        R"({"method":"HeapProfiler.addHeapSnapshotChunk","params":{"chunk":"x"}})",
        result_of(message, "{}")};
  }});
  auto inspector = connect(server);
  ASSERT_TRUE(inspector) << inspector.error().message;
  const auto no = [](std::string_view) -> Status {
    return fail(ErrorKind::kUsage, "no snapshot");
  };
  for (int i = 0; i < 2; ++i) {
    const auto answer = (*inspector)->call("A.b", "{}", seconds(10), no);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message, "no snapshot");
  }
}

TEST_F(InspectorTest, ARefusalSaysWhatWasRefusedAndTheNextCallWorks) {
  FakeInspector server({.answer = [](const std::string& message) {
    if (message.find("No.such") == message.npos)
      return std::vector<std::string>{result_of(message, "{}")};
    return std::vector<std::string>{
        "{\"error\":{\"code\":-32601,\"message\":\"'No.such' wasn't found\"},"
        "\"id\":" +
        number_of(message) + "}"};
  }});
  auto inspector = connect(server);
  ASSERT_TRUE(inspector) << inspector.error().message;
  const auto refused = (*inspector)->call("No.such", "{}", seconds(10), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "No.such is refused: 'No.such' wasn't found");
  EXPECT_TRUE((*inspector)->call("A.b", "{}", seconds(10), {}));
}

TEST_F(InspectorTest, AProcessThatEndsIsLeftBetweenCalls) {
  std::promise<void> left;
  FakeInspector server(
      {.answer =
           [](const std::string& message) {
             return std::vector<std::string>{
                 result_of(message, "{}"),
                 R"({"method":"NodeRuntime.waitingForDisconnect","params":{}})"};
           },
       .on_leave = [&left] { left.set_value(); }});
  auto inspector = connect(server);
  ASSERT_TRUE(inspector) << inspector.error().message;
  EXPECT_TRUE((*inspector)->call("A.b", "{}", seconds(10), {}));
  EXPECT_EQ(left.get_future().wait_for(seconds(10)), std::future_status::ready);
  const auto answer = (*inspector)->call("A.b", "{}", seconds(10), {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "the process is about to end");
}

TEST_F(InspectorTest, AFarewellThatComesWithARefusalIsHeard) {
  std::promise<void> left;
  FakeInspector server(
      {.answer =
           [](const std::string& message) {
             return std::vector<std::string>{
                 R"({"error":{"code":1,"message":"not now"},"id":)" +
                     number_of(message) + "}",
                 R"({"method":"NodeRuntime.waitingForDisconnect","params":{}})"};
           },
       .on_leave = [&left] { left.set_value(); }});
  auto inspector = connect(server);
  ASSERT_TRUE(inspector) << inspector.error().message;
  const auto refused = (*inspector)->call("A.b", "{}", seconds(10), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "A.b is refused: not now");
  EXPECT_EQ(left.get_future().wait_for(seconds(10)), std::future_status::ready);
}

TEST_F(InspectorTest, WhoeverWantsToStopIsHeardWhileNobodyAnswers) {
  FakeInspector server({});
  std::atomic<bool> stop = false;
  auto inspector = Inspector::connect(server.port(), "/abc", clock_,
                                      seconds(10), [&] { return stop.load(); });
  ASSERT_TRUE(inspector) << inspector.error().message;
  stop = true;
  const auto answer = (*inspector)->call("A.b", "{}", seconds(600), {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kInterrupted);
}

TEST_F(InspectorTest, WhateverGoesWrongIsSaid) {
  EXPECT_EQ(complaint({.answer = {}, .cut_after = 0}),
            "it has closed the connection");
  EXPECT_EQ(complaint({}, milliseconds(20)), "no answer in time");
  EXPECT_EQ(complaint({.answer =
                           [](const std::string&) {
                             return std::vector<std::string>{"gibberish"};
                           }}),
            "`gibberish` is no message of an inspector: it is not JSON");
  EXPECT_EQ(complaint({.handshake = "HTTP/1.1 400 Bad Request\r\n\r\n"}),
            "HTTP 400 instead of 101");
  EXPECT_EQ(complaint({.handshake = std::string(40000, 'x')}),
            "the reply to the handshake is longer than 16 KiB");
  EXPECT_EQ(complaint({.handshake = "HTTP/1.1 101 "}),
            "it closed during the handshake");
}

TEST_F(InspectorTest, APortThatIsNoInspectorIsTold) {
  const auto told = [this](std::string listing) {
    FakeInspector server({.listing = std::move(listing)});
    const auto place = find_debugger(server.port(), clock_, seconds(10));
    return place ? *place : place.error().message;
  };
  EXPECT_EQ(told("SSH-2.0-OpenSSH_9.2\r\n"), "it does not speak HTTP");
  EXPECT_EQ(told("HTTP/1.1 200 OK\r\n\r\n" + std::string(70000, ' ')),
            "its answer to /json/list is longer than 64 KiB");
}

}  // namespace
}  // namespace tidemark::v8
