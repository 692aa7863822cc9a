#include "harness/runtimes/v8/node_program.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace tidemark::v8 {
namespace {

TEST(NodeProgram, IsKnownByItsName) {
  for (const char* name : {"node", "nodejs", "nodejs-20", "node_g", "node-18",
                           "node20", "node18.19"})
    EXPECT_TRUE(is_node(name)) << name;
  for (const char* name : {"", "sh", "nod", "node_exporter", "nodemon"})
    EXPECT_FALSE(is_node(name)) << name;
}

TEST(NodeProgram, OfAProcessIsAFileName) {
  EXPECT_EQ(program_of(::getpid()), "tidemark_unit");
  EXPECT_EQ(program_of(0), "");
}

}  // namespace
}  // namespace tidemark::v8
