#include "harness/runtimes/jvm/object_layout.h"

#include <gtest/gtest.h>

namespace tidemark::jvm {
namespace {

// Wide, words, halves, bytes, references.
FieldLayout of(const LayoutRules& rules, const FieldCounts& fields) {
  return with_fields(layout_of_object(rules), fields, rules);
}

TEST(ObjectLayout, FieldsFollowTheHeader) {
  const LayoutRules compressed;
  EXPECT_EQ(of(compressed, {}).end, 12u);
  EXPECT_EQ(of(compressed, {0, 1, 0, 0, 0}).end, 16u);  // Integer
  EXPECT_EQ(of(compressed, {1, 0, 0, 0, 0}).end, 24u);  // Long
  EXPECT_EQ(of(compressed, {0, 1, 0, 2, 1}).end, 24u);  // String: 22 + ref
  const LayoutRules plain{16, 8, 24, 24, true};
  EXPECT_EQ(of(plain, {0, 1, 0, 0, 3}).end, 48u);  // HashMap$Node
}

TEST(ObjectLayout, SmallFieldsFillTheGapBeforeAWideOne) {
  const LayoutRules compressed;
  EXPECT_EQ(of(compressed, {1, 1, 0, 0, 0}).end, 24u);
  EXPECT_EQ(of(compressed, {1, 0, 1, 2, 0}).end, 24u);
  EXPECT_EQ(of(compressed, {1, 0, 0, 0, 1}).end, 24u);
  EXPECT_EQ(of(compressed, {1, 0, 0, 1, 1}).end, 28u);  // no room for both
}

TEST(ObjectLayout, SubclassesFillGapsOnlySinceFifteen) {
  const LayoutRules now;
  LayoutRules before = now;
  before.fills_gaps_of_supers = false;
  // A wide field leaves four bytes behind the header, a byte three at the end.
  const FieldCounts above{1, 0, 0, 1, 0};
  const FieldCounts below{0, 0, 1, 1, 0};
  EXPECT_EQ(with_fields(of(now, above), below, now).end, 24u);
  EXPECT_EQ(with_fields(of(before, {1, 0, 0, 0, 0}), below, before).end, 27u);
  EXPECT_EQ(with_fields(of(before, {0, 0, 0, 1, 0}), below, before).end, 19u);
}

TEST(ObjectLayout, ManyFieldsAreAsManyAsOneByOne) {
  const LayoutRules rules;
  EXPECT_EQ(of(rules, {1000, 0, 0, 0, 0}).end, 8016u);
  EXPECT_EQ(of(rules, {1, 1000, 0, 0, 0}).end, 24u + 999 * 4);
}

TEST(ObjectLayout, ArraysHaveALength) {
  const LayoutRules rules;
  EXPECT_EQ(array_bytes(rules, 0, 1, 8), 16u);
  EXPECT_EQ(array_bytes(rules, 100, 1, 8), 120u);
  EXPECT_EQ(array_bytes(rules, 3, 8, 8), 40u);
  const LayoutRules since_23{16, 8, 20, 24, true};
  EXPECT_EQ(array_bytes(since_23, 4, 1, 8), 24u);
  EXPECT_EQ(array_bytes(since_23, 1, 8, 8), 32u);
  EXPECT_EQ(array_bytes(rules, 1, 4, 16), 32u);
}

}  // namespace
}  // namespace tidemark::jvm
