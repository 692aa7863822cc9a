#include "drivers/common/unsent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tidemark {
namespace {

TEST(Unsent, WhateverIsTakenAtATimeTheRestIsInOrder) {
  for (std::size_t step = 1; step < 12; ++step) {
    Unsent unsent;
    std::string wanted;
    std::string taken;
    for (int i = 0; i < 20; ++i) {
      const std::string more = "piece " + std::to_string(i) + ";";
      unsent.tail() += more;
      wanted += more;
      const std::size_t count = std::min(step, unsent.size());
      taken += unsent.rest().substr(0, count);
      unsent.take(count);
      EXPECT_EQ(taken.size() + unsent.size(), wanted.size());
      EXPECT_EQ(taken + std::string(unsent.rest()), wanted);
      EXPECT_LE(unsent.tail().size(), 2 * unsent.size());
    }
  }
}

TEST(Unsent, ItIsEmptyOnceAllIsTaken) {
  Unsent unsent;
  EXPECT_TRUE(unsent.empty());
  unsent.tail() = "abc";
  unsent.take(1);
  EXPECT_FALSE(unsent.empty());
  unsent.take(2);
  EXPECT_TRUE(unsent.empty());
  EXPECT_EQ(unsent.tail(), "");
}

TEST(Unsent, ManyBytesStayWhereTheyAreWhileAFewAreTaken) {
  Unsent unsent;
  unsent.tail().assign(1 << 20, 'x');
  const char* const first = unsent.rest().data();
  for (int i = 1; i <= 1000; ++i) {
    unsent.take(1);
    ASSERT_EQ(unsent.rest().data(), first + i);
  }
}

}  // namespace
}  // namespace tidemark
