#include "harness/runtimes/native/size_classes.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(SizeClassesTest, AnUnknownAllocatorAddsNothing) {
  EXPECT_EQ(SizeClasses::exact().taken_for(1), 1u);
  EXPECT_EQ(SizeClasses::exact().taken_for(5000), 5000u);
}

TEST(SizeClassesTest, GlibcPutsEightBytesBeforeABlock) {
  SizeClasses glibc = SizeClasses::glibc();
  EXPECT_EQ(glibc.taken_for(0), 32u);
  EXPECT_EQ(glibc.taken_for(24), 32u);
  EXPECT_EQ(glibc.taken_for(25), 48u);
  EXPECT_EQ(glibc.taken_for(4096), 4112u);
}

TEST(SizeClassesTest, ATableIsLookedUpAndWholePagesFollow) {
  SizeClasses told = SizeClasses::of({16, 8, 32});
  EXPECT_EQ(told.taken_for(1), 16u) << "the agent asks for no less";
  EXPECT_EQ(told.taken_for(16), 16u);
  EXPECT_EQ(told.taken_for(17), 32u);
  EXPECT_EQ(told.taken_for(33), 4096u);
}

TEST(SizeClassesTest, ASizeBeyondAllMemoryDoesNotOverflow) {
  EXPECT_EQ(SizeClasses::glibc().taken_for(~0ull), ~0ull);
  EXPECT_EQ(SizeClasses::of({8}).taken_for(~0ull), ~0ull);
}

}  // namespace
}  // namespace tidemark
