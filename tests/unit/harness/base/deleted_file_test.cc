#include "harness/base/deleted_file.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(DeletedFile, OnlyTheKernelsWordIsTakenAway) {
  EXPECT_EQ(without_deleted("/usr/bin/node (deleted)"), "/usr/bin/node");
  EXPECT_EQ(without_deleted("/usr/bin/node"), "/usr/bin/node");
  EXPECT_EQ(without_deleted("/srv/a (deleted)/b"), "/srv/a (deleted)/b");
  EXPECT_EQ(without_deleted(""), "");
}

}  // namespace
}  // namespace tidemark
