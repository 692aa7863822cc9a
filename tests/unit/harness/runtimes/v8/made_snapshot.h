// A small heap snapshot as it comes out of the parser, for tests of what is
// made of it.
#pragma once

#include <gtest/gtest.h>

#include <utility>

#include "harness/runtimes/v8/snapshot_parser.h"
#include "tests/unit/harness/runtimes/v8/snapshot_text.h"

namespace tidemark::test {

inline V8Snapshot made_snapshot(SmallSnapshot small) {
  SnapshotParser parser;
  EXPECT_TRUE(parser.feed(small.text()));
  Result<V8Snapshot> snapshot = parser.finish();
  EXPECT_TRUE(snapshot) << snapshot.error().message;
  return snapshot ? *std::move(snapshot) : V8Snapshot();
}

}  // namespace tidemark::test
