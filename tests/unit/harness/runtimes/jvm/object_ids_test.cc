#include "harness/runtimes/jvm/object_ids.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace tidemark::jvm {
namespace {

void expect_found(const std::vector<std::uint64_t>& added) {
  ObjectIds ids(added.size());
  std::map<std::uint64_t, ObjectIndex> known;
  for (std::size_t i = 0; i < added.size(); ++i) {
    ids.add(added[i]);
    known.try_emplace(added[i], static_cast<ObjectIndex>(i));
  }
  ids.finish();
  EXPECT_EQ(ids.size(), added.size());
  for (const auto& [id, index] : known) {
    EXPECT_EQ(ids.find(id), index) << id;
    for (const std::uint64_t other : {id - 1, id + 1, id + 8})
      EXPECT_TRUE(known.contains(other) || ids.find(other) == kNoObject);
  }
  for (const std::uint64_t other : {std::uint64_t{0}, ~std::uint64_t{0}})
    EXPECT_TRUE(known.contains(other) || ids.find(other) == kNoObject);
}

TEST(ObjectIds, NoneAndOne) {
  expect_found({});
  expect_found({0});
  expect_found({~std::uint64_t{0}});
}

TEST(ObjectIds, AlignedAndNear) {
  expect_found({0x7000'0000, 0x7000'0010, 0x7000'0018, 0x7000'0100});
}

TEST(ObjectIds, AnyOrderAndAnyDistance) {
  std::mt19937_64 random(1);
  for (const std::uint64_t mask :
       {~std::uint64_t{0}, std::uint64_t{0xfff8}, std::uint64_t{0x3fffffff8}}) {
    for (std::size_t count : {2u, 3u, 100u, 3000u}) {
      std::vector<std::uint64_t> added;
      for (std::size_t i = 0; i < count; ++i) added.push_back(random() & mask);
      expect_found(added);
    }
  }
}

TEST(ObjectIds, GapsAreInTheOrderOfAddresses) {
  ObjectIds ids(3);
  for (const std::uint64_t id : {0x130u, 0x100u, 0x110u}) ids.add(id);
  ids.finish();
  std::vector<std::pair<ObjectIndex, std::uint64_t>> gaps;
  ids.each_gap([&](ObjectIndex object, std::uint64_t bytes) {
    gaps.emplace_back(object, bytes);
  });
  EXPECT_EQ(gaps, (std::vector<std::pair<ObjectIndex, std::uint64_t>>{
                      {1, 0x10}, {2, 0x20}}));
  EXPECT_EQ(ids.alignment(), 16u);
  EXPECT_EQ(ids.highest(), 0x130u);
}

TEST(ObjectIds, ForgottenOnesAreCountedAndNotFound) {
  ObjectIds ids(1);
  ids.add(8);
  ids.finish();
  ids.forget();
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(ids.find(8), kNoObject);
}

}  // namespace
}  // namespace tidemark::jvm
