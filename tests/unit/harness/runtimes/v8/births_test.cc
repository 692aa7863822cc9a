#include "harness/runtimes/v8/births.h"

#include <gtest/gtest.h>

namespace tidemark::v8 {
namespace {

TEST(BirthsTest, AnIdIsOfTheFirstSnapshotThatIsNotBeforeIt) {
  Births births;
  births.note(100, {0});
  births.note(200, {1});
  births.note(300, {3});
  EXPECT_EQ(births.born(1, {4}), CycleIndex{0});
  EXPECT_EQ(births.born(100, {4}), CycleIndex{0});
  EXPECT_EQ(births.born(101, {4}), CycleIndex{1});
  EXPECT_EQ(births.born(201, {4}), CycleIndex{3});
  EXPECT_EQ(births.born(301, {4}), CycleIndex{4});
}

TEST(BirthsTest, SeveralSnapshotsOfOneCycleAreOfIt) {
  Births births;
  births.note(100, {1});
  births.note(150, {1});
  births.note(120, {2});  // the highest died
  EXPECT_EQ(births.born(130, {2}), CycleIndex{1});
  EXPECT_EQ(births.born(151, {2}), CycleIndex{2});
}

TEST(BirthsTest, WithoutASnapshotAllIsOfNow) {
  EXPECT_EQ(Births().born(7, {5}), CycleIndex{5});
}

}  // namespace
}  // namespace tidemark::v8
