#include "harness/runtimes/v8/evaluation.h"

#include <gtest/gtest.h>

namespace tidemark::v8 {
namespace {

TEST(EvaluationTest, NothingIsKeptByTheInspector) {
  EXPECT_EQ(evaluation_of("1 + \"a\""),
            R"({"awaitPromise":true,"expression":"1 + \"a\"",)"
            R"("returnByValue":true,"silent":true})");
}

TEST(EvaluationTest, Texts) {
  EXPECT_EQ(parse_text(R"({"result":{"type":"string","value":"v20"}})").value(),
            "v20");
  EXPECT_EQ(parse_text(R"({"result":{"type":"undefined"}})").error().message,
            "the inspector answers `{\"result\":{\"type\":\"undefined\"}}` to "
            "an evaluation");
  EXPECT_EQ(
      parse_text(
          R"({"result":{},"exceptionDetails":{"text":"Uncaught","exception":)"
          R"({"description":"ReferenceError: require is not defined"}}})")
          .error()
          .message,
      "the evaluation threw ReferenceError: require is not defined");
  EXPECT_FALSE(parse_text("[]"));
  EXPECT_FALSE(parse_text(R"({"result":{"value":1}})"));
}

TEST(EvaluationTest, Figures) {
  const Result<NodeFigures> figures = parse_figures(
      R"({"result":{"type":"object","value":{"rss":61200000,"heapTotal":)"
      R"(8300000,"heapUsed":5100000,"external":1200000,"arrayBuffers":100000,)"
      R"("active":{"TCPServerWrap":1,"Timeout":120}}}})");
  ASSERT_TRUE(figures) << figures.error().message;
  EXPECT_EQ(in_words(*figures),
            "rss 61.2 MB, heap 5.1 of 8.3 MB in use, external 1.2 MB, of it "
            "array buffers 0.1 MB; active: 1 TCPServerWrap, 120 Timeout");
}

TEST(EvaluationTest, FiguresThatAreNone) {
  const auto wrong = [](const std::string& value) {
    return !parse_figures(R"({"result":{"value":)" + value + "}}");
  };
  EXPECT_TRUE(wrong("1"));
  EXPECT_TRUE(wrong("{}"));
  const std::string sums =
      R"("heapTotal":1,"heapUsed":1,"external":1,"arrayBuffers":1)";
  EXPECT_FALSE(wrong(R"({"rss":1,"active":{},)" + sums + "}"));
  EXPECT_TRUE(wrong(R"({"rss":-1,"active":{},)" + sums + "}"));
  EXPECT_TRUE(wrong(R"({"rss":1e300,"active":{},)" + sums + "}"));
  EXPECT_TRUE(wrong(R"({"rss":1,"active":[],)" + sums + "}"));
  EXPECT_TRUE(wrong(R"({"rss":1,"active":{"Timeout":"x"},)" + sums + "}"));
}

TEST(EvaluationTest, HeapUsage) {
  EXPECT_EQ(parse_heap_usage(R"({"usedSize":5,"totalSize":9})").value(),
            Bytes{5});
  EXPECT_FALSE(parse_heap_usage(R"({"totalSize":9})"));
  EXPECT_FALSE(parse_heap_usage("x"));
}

}  // namespace
}  // namespace tidemark::v8
