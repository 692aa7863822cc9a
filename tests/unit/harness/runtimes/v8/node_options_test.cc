#include "harness/runtimes/v8/node_options.h"

#include <gtest/gtest.h>

namespace tidemark::v8 {
namespace {

// With its words on stderr, `ready: { output: "listening" }` would be met
// before the service has begun.
TEST(NodeOptionsTest, AnInspectorThatSaysNothingIsAdded) {
  EXPECT_EQ(with_inspector(""),
            "--inspect=127.0.0.1:0 --inspect-publish-uid=http");
  EXPECT_EQ(with_inspector("--max-old-space-size=64"),
            "--max-old-space-size=64 --inspect=127.0.0.1:0 "
            "--inspect-publish-uid=http");
  EXPECT_EQ(
      with_inspector("--inspect-port=0"),
      "--inspect-port=0 --inspect=127.0.0.1:0 --inspect-publish-uid=http");
  EXPECT_EQ(with_inspector("--inspect-publish-uid=stderr,http"),
            "--inspect-publish-uid=stderr,http --inspect=127.0.0.1:0");
}

TEST(NodeOptionsTest, OneThatIsThereStays) {
  for (const char* own : {"--inspect", " --inspect=9230 --trace-gc",
                          "--trace-gc --inspect-brk=0"})
    EXPECT_EQ(with_inspector(own), own);
}

}  // namespace
}  // namespace tidemark::v8
