#include "harness/retention/path_tree.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using Place = PathTree::Place;

Place add(PathTree& tree, Place holder, SiteId site, std::uint32_t offset = 0) {
  return tree.extend(holder, {site, offset, false}, {});
}

// The sites from the root to a node.
std::vector<SiteId> sites(const PathTree& tree, PathTree::Number node) {
  std::vector<SiteId> all;
  for (PathTree::Number each : tree.way_to(node))
    all.push_back(tree.at(each).step.site);
  return all;
}

TEST(PathTree, AlikeStepsFromAlikeHoldersAreOneNode) {
  PathTree tree;
  const Place root = tree.root(0);
  const Place a = add(tree, root, 1, 8), b = add(tree, root, 1, 8);
  EXPECT_EQ(a.node, b.node);
  EXPECT_NE(add(tree, root, 1, 16).node, a.node);
  EXPECT_NE(add(tree, root, 2, 8).node, a.node);
  EXPECT_NE(tree.extend(root, {1, 8, true}, {}).node, a.node);
  EXPECT_NE(add(tree, tree.root(1), 1, 8).node, a.node);
}

TEST(PathTree, ARunOfOneSiteIsOneNodeWithItsLength) {
  PathTree tree;
  Place place = add(tree, tree.root(0), 1, 8);
  for (int i = 1; i < 4812; ++i)
    place = add(tree, place, 1, i % 2 ? 16 : 24);  // left and right
  const Place payload = add(tree, place, 2, 32);
  EXPECT_EQ(sites(tree, payload.node), (std::vector<SiteId>{1, 2}));
  EXPECT_EQ(tree.at(place.node).longest, 4812u);
  EXPECT_EQ(tree.at(payload.node).longest, 1u);
}

// A table, a node, an object and its text, all from one wrapper of malloc.
TEST(PathTree, BlocksOfOneSiteAndOtherSizesAreNoRun) {
  PathTree tree;
  Place at = tree.root(0);
  for (std::uint32_t i = 0; i < 4; ++i)
    at = tree.extend(at, {1, i % 2 * 16, false}, {i, 64 - i});
  EXPECT_EQ(tree.at(at.node).depth, 4u);
  EXPECT_EQ(tree.at(at.node).sample.number, 3u);
}

TEST(PathTree, AListWhoseNodesAreOfManySizesIsARun) {
  PathTree tree;
  Place at = tree.extend(tree.root(0), {1, 0, false}, {0, 16});
  for (std::uint32_t i = 1; i < 50; ++i)
    at = tree.extend(at, {1, 8, false}, {i, 16 + i});
  EXPECT_EQ(tree.at(at.node).depth, 3u);
  EXPECT_EQ(tree.at(at.node).longest, 48u);
}

TEST(PathTree, AChainThatAlternatesIsAsShortAsItsPeriod) {
  PathTree tree;
  Place place = add(tree, tree.root(0), 1, 0);
  for (int i = 0; i < 1000; ++i) {
    place = add(tree, place, 2, 8);
    place = add(tree, place, 1, 16);
  }
  const Place payload = add(tree, place, 3, 24);
  EXPECT_EQ(sites(tree, payload.node), (std::vector<SiteId>{1, 2, 1, 3}));
  EXPECT_EQ(tree.at(tree.way_to(payload.node)[1]).longest, 1000u);
  EXPECT_EQ(tree.at(payload.node).longest, 1u);
  EXPECT_LT(tree.size(), 10u);
}

TEST(PathTree, AChainOfBlocksThatAreAllDifferentIsCutInTheMiddle) {
  PathTree tree;
  Place place = tree.root(0);
  for (SiteId site = 1; site <= 1000; ++site) place = add(tree, place, site);
  const std::vector<SiteId> way = sites(tree, place.node);
  ASSERT_EQ(way.size(), PathTree::kMostHolders);
  EXPECT_EQ(way[22], 23u);
  EXPECT_EQ(way[23], 1000u);
}

TEST(PathTree, ElementsOfAnArrayAreOneNode) {
  PathTree tree;
  const Place root = tree.root(0);
  std::vector<Place> texts;
  for (std::uint32_t i = 1; i <= 100; ++i)
    texts.push_back(add(tree, add(tree, root, 1, i * 8), 2, 16));
  std::vector<PathTree::Number> moved;
  const PathTree merged = std::move(tree).with_arrays_as_one(moved);
  EXPECT_EQ(merged.size(), 3u);
  for (Place text : texts) EXPECT_EQ(moved[text.node], moved[texts[0].node]);
  const auto way = merged.way_to(moved[texts[0].node]);
  ASSERT_EQ(way.size(), 2u);
  EXPECT_EQ(merged.at(way[0]).step, (Hop{1, 8, false}));
  EXPECT_EQ(merged.at(way[1]).step, (Hop{2, 16, false}));
}

TEST(PathTree, AChainThatIsEnteredTwiceIsOne) {
  PathTree tree;
  const Place list = tree.root(0);
  const Place first = add(tree, list, 1, 0);
  const Place second = add(tree, first, 1, 0);
  const Place last = add(tree, list, 1, 8);
  const Place text = add(tree, second, 2, 16);
  const Place text_of_last = add(tree, last, 2, 16);
  std::vector<PathTree::Number> moved;
  const PathTree merged = std::move(tree).with_arrays_as_one(moved);
  EXPECT_EQ(merged.size(), 3u);
  EXPECT_EQ(moved[text.node], moved[text_of_last.node]);
  EXPECT_EQ(merged.at(moved[last.node]).step, (Hop{1, 0, false}));
  EXPECT_EQ(merged.at(moved[last.node]).longest, 2u);
}

TEST(PathTree, AFullTreeTellsOnlyTheRootAndTheBlock) {
  PathTree tree(20);
  const Place root = tree.root(0);
  const Place holder = add(tree, root, 1, 8);
  for (SiteId site = 10; site < 1000; ++site) add(tree, holder, site % 100, 8);
  EXPECT_EQ(sites(tree, add(tree, holder, 11, 8).node),
            (std::vector<SiteId>{1, 11}));
  EXPECT_EQ(sites(tree, add(tree, holder, 77, 8).node),
            (std::vector<SiteId>{77}));
  EXPECT_LE(tree.size(), 20u + 100u);
}

TEST(PathTree, FieldsOfAnObjectStayApart) {
  PathTree tree;
  const Place root = tree.root(0);
  for (std::uint32_t i = 0; i < 3; ++i) add(tree, root, 1, i * 8);
  std::vector<PathTree::Number> moved;
  EXPECT_EQ(std::move(tree).with_arrays_as_one(moved).size(), 4u);
}

}  // namespace
}  // namespace tidemark
