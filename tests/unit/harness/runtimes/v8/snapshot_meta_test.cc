#include "harness/runtimes/v8/snapshot_meta.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kMeta =
    R"({"meta":{"node_fields":["type","name","id","self_size","edge_count"],)"
    R"("node_types":[["hidden","wasm object","object"],"string","number",)"
    R"("number","number"],"edge_fields":["type","name_or_index","to_node"],)"
    R"("edge_types":[["property","weak","sideways"],"string_or_number",)"
    R"("node"]},"node_count":3,"edge_count":4})";

std::string with(std::string_view from, std::string_view to) {
  std::string text(kMeta);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string complaint(std::string_view json) {
  const Result<SnapshotMeta> meta = parse_snapshot_meta(json);
  EXPECT_FALSE(meta);
  return meta ? "" : meta.error().message;
}

TEST(SnapshotMeta, FieldsAndKindsInTheOrderOfTheSnapshot) {
  const Result<SnapshotMeta> meta = parse_snapshot_meta(with(
      R"(["type","name","id","self_size","edge_count"],"node_types":[[)",
      R"(["id","type","name","self_size","edge_count"],"node_types":[7,[)"));
  ASSERT_TRUE(meta) << meta.error().message;
  EXPECT_EQ(meta->node.count, 5);
  EXPECT_EQ(meta->node.id, 0);
  EXPECT_EQ(meta->node.type, 1);
  EXPECT_EQ(meta->node.trace_node, kNoField);
  EXPECT_THAT(meta->node_kinds,
              ElementsAre(SnapshotNodeKind::kHidden, SnapshotNodeKind::kOther,
                          SnapshotNodeKind::kObject));
  EXPECT_THAT(meta->edge_kinds, ElementsAre(EdgeKind::kProperty,
                                            EdgeKind::kWeak, EdgeKind::kOther));
  EXPECT_EQ(meta->node_count, 3u);
  EXPECT_EQ(meta->edge_count, 4u);
  EXPECT_EQ(meta->trace_node.count, 0);
}

TEST(SnapshotMeta, WhatIsMissingIsNamed) {
  EXPECT_THAT(complaint("[]"), HasSubstr("there is no `meta`"));
  EXPECT_THAT(complaint("{"), HasSubstr("is not JSON"));
  EXPECT_THAT(complaint(with("node_fields", "node_felds")),
              HasSubstr("there is no `meta.node_fields`"));
  EXPECT_THAT(complaint(with("self_size", "size")),
              HasSubstr("`node_fields` has no `self_size`"));
  EXPECT_THAT(complaint(with("to_node", "to")),
              HasSubstr("`edge_fields` has no `to_node`"));
  EXPECT_THAT(complaint(with("node_types", "node_tpes")),
              HasSubstr("`meta.node_types` has nothing for `type`"));
  EXPECT_THAT(complaint(with(R"(["property","weak","sideways"])", "[]")),
              HasSubstr("`edge_types` has 0 entries"));
  EXPECT_THAT(complaint(with(R"(["property","weak","sideways"])", "[1]")),
              HasSubstr("`edge_types` has more than words"));
  EXPECT_THAT(complaint(with("\"edge_count\":4", "\"edge_count\":-4")),
              HasSubstr("there is no `edge_count`"));
}

TEST(SnapshotMeta, ListsWithoutEnd) {
  std::string many = "[\"type\"";
  for (int i = 0; i < 40; ++i) many += ",\"x\"";
  EXPECT_THAT(
      complaint(with(R"(["type","name_or_index","to_node"])", many + "]")),
      HasSubstr("41 entries, 1 to 32 are read"));
}

}  // namespace
}  // namespace tidemark
