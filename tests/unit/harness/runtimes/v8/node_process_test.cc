// A Node process that is played by a script.
#include "harness/runtimes/v8/node_process.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/real_clock.h"
#include "tests/unit/harness/runtimes/v8/fake_inspector.h"
#include "tests/unit/harness/runtimes/v8/snapshot_text.h"

namespace tidemark::v8 {
namespace {

using std::chrono::seconds;
using v8_test::FakeInspector;
using v8_test::result_of;

// As a text within a message.
std::string escaped(const std::string& text) {
  std::string all;
  for (const char c : text) {
    if (c == '"' || c == '\\') all += '\\';
    if (c == '\n')
      all += "\\n";
    else
      all += c;
  }
  return all;
}

std::string value_of(const std::string& json) {
  return R"({"result":{"type":"any","value":)" + json + "}}";
}

// Answers as Node does; used heap is 1 MB, and after each collection less by
// what `gains` has next.
class Script {
 public:
  explicit Script(std::vector<int> gains) : gains_(std::move(gains)) {}

  std::vector<std::string> operator()(const std::string& message) {
    const auto asks = [&message](const char* what) {
      return message.find(what) != message.npos;
    };
    if (asks("collectGarbage") && !gains_.empty()) {
      used_ -= gains_.front();
      gains_.erase(gains_.begin());
    }
    if (asks("getHeapUsage"))
      return {
          result_of(message, R"({"usedSize":)" + std::to_string(used_) + "}")};
    if (asks("process.versions"))
      return {result_of(message, value_of(R"("v20.20.2 11.3.244")"))};
    if (asks("memoryUsage"))
      return {result_of(
          message,
          value_of(R"({"rss":5,"heapTotal":4,"heapUsed":3,"external":2,)"
                   R"("arrayBuffers":1,"active":{"Timeout":7}})"))};
    if (asks("takeHeapSnapshot")) {
      const std::string text = test::chat().text();
      const std::size_t half = text.size() / 2;
      return {chunk(text.substr(0, half)), chunk(text.substr(half)),
              result_of(message, "{}")};
    }
    return {result_of(message, "{}")};
  }

 private:
  static std::string chunk(const std::string& text) {
    return R"({"method":"HeapProfiler.addHeapSnapshotChunk","params":)"
           R"({"chunk":")" +
           escaped(text) + "\"}}";
  }

  std::vector<int> gains_;
  int used_ = 1'000'000;
};

class NodeProcessTest : public testing::Test {
 protected:
  Result<NodeProcess> attach(const FakeInspector& server) {
    return NodeProcess::attach(7, {server.port()}, clock_);
  }

  // How often it collects, with these gains.
  std::ptrdiff_t collections(std::vector<int> gains) {
    FakeInspector server({.answer = Script(std::move(gains))});
    {
      Result<NodeProcess> process = attach(server);
      EXPECT_TRUE(process) << process.error().message;
      const bool done = process && process->collect(clock_.now() + seconds(10));
      EXPECT_TRUE(done);
    }
    const std::vector<std::string>& heard = server.heard();
    return std::count_if(heard.begin(), heard.end(), [](const auto& message) {
      return message.find("collectGarbage") != message.npos;
    });
  }

  RealClock clock_;
};

TEST_F(NodeProcessTest, SaysWhatItIs) {
  FakeInspector server({.answer = Script({})});
  Result<NodeProcess> process = attach(server);
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_EQ(process->version(), "20.20.2");
  EXPECT_EQ(process->engine(), "11.3.244");
  const Result<NodeFigures> figures = process->figures();
  ASSERT_TRUE(figures) << figures.error().message;
  EXPECT_EQ(figures->rss, Bytes{5});
  EXPECT_EQ(figures->active.at("Timeout"), Count{7});
}

TEST_F(NodeProcessTest, CollectsUntilNothingIsGained) {
  EXPECT_EQ(collections({}), 2);
  EXPECT_EQ(collections({500'000, 100}), 2);
  EXPECT_EQ(collections({500'000, 100'000, 50'000, 50'000}), 3);
}

TEST_F(NodeProcessTest, ReadsItsSnapshot) {
  FakeInspector server({.answer = Script({})});
  Result<NodeProcess> process = attach(server);
  ASSERT_TRUE(process) << process.error().message;
  const Result<V8Snapshot> snapshot = process->snapshot();
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_EQ(snapshot->nodes(), test::chat().nodes.size());
}

// Else one that waits already for its debuggers to leave would wait for us.
TEST_F(NodeProcessTest, ItsFarewellIsAskedForFirst) {
  FakeInspector server({.answer = Script({})});
  ASSERT_TRUE(attach(server));
  const std::vector<std::string>& heard = server.heard();
  ASSERT_FALSE(heard.empty());
  EXPECT_NE(heard[0].find("NodeRuntime.notifyWhenWaitingForDisconnect"),
            std::string::npos);
}

TEST_F(NodeProcessTest, ABadSnapshotIsNoFaultOfTheUser) {
  FakeInspector server(
      {.answer = [script = Script({})](const std::string& message) mutable {
        if (message.find("takeHeapSnapshot") == message.npos)
          return script(message);
        return std::vector<std::string>{result_of(message, "{}")};
      }});
  Result<NodeProcess> process = attach(server);
  ASSERT_TRUE(process) << process.error().message;
  const Result<V8Snapshot> snapshot = process->snapshot();
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().kind, ErrorKind::kEnvironment);
  EXPECT_EQ(snapshot.error().hint, "");
}

TEST_F(NodeProcessTest, TheInspectorIsFoundBesideOtherPorts) {
  FakeInspector other({.listing = "HTTP/1.1 404 Not Found\r\n\r\n"});
  FakeInspector server({.answer = Script({})});
  EXPECT_TRUE(NodeProcess::attach(7, {other.port(), server.port()}, clock_));
  const Result<NodeProcess> none =
      NodeProcess::attach(7, {other.port()}, clock_);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message,
            "port " + std::to_string(other.port()) +
                ": it answers `HTTP/1.1 404 Not Found` to /json/list");
  EXPECT_EQ(NodeProcess::attach(7, {}, clock_).error().message,
            "it listens on no port");
}

}  // namespace
}  // namespace tidemark::v8
