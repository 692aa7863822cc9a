#include "harness/profile/profile.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

Profile heap() {
  Profile profile;
  profile.types = {{"objects", "count"}, {"space", "bytes"}, {"x", "count"}};
  return profile;
}

TEST(Profile, ASampleTypeHasANameOrANumber) {
  EXPECT_EQ(value_index(heap(), "space").value_or(9), 1u);
  EXPECT_EQ(value_index(heap(), "0").value_or(9), 0u);
  EXPECT_EQ(value_index(heap(), "inuse_space").value_or(9), 1u);
}

TEST(Profile, WithoutAnyItIsTheDefaultOrTheLast) {
  Profile profile = heap();
  EXPECT_EQ(value_index(profile, "").value_or(9), 2u);
  profile.default_type = "objects";
  EXPECT_EQ(value_index(profile, "").value_or(9), 0u);
  profile.default_type = "something else";
  EXPECT_EQ(value_index(profile, "").value_or(9), 2u);
}

TEST(Profile, AnotherOneIsAnErrorThatNamesThem) {
  for (const char* wrong : {"3", "-1", "inuse_", "Space"}) {
    const Result<std::size_t> none = value_index(heap(), wrong);
    ASSERT_FALSE(none) << wrong;
    EXPECT_EQ(none.error().hint, "it has objects, space, x");
  }
  EXPECT_FALSE(value_index(Profile(), ""));
}

}  // namespace
}  // namespace tidemark
