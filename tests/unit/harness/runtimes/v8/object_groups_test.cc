#include "harness/runtimes/v8/object_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/runtimes/v8/made_snapshot.h"

namespace tidemark {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ObjectCount count(std::int64_t objects, std::int64_t bytes) {
  return {Count{objects}, Bytes{bytes}};
}

const ObjectGroup* find(const std::vector<ObjectGroup>& groups,
                        std::string_view type) {
  for (const ObjectGroup& group : groups)
    if (group.type == type) return &group;
  return nullptr;
}

TEST(ObjectGroups, ByTheNamesThatDevToolsGives) {
  test::SmallSnapshot small;
  small.add({"synthetic", "", 1, 0, {}});
  small.add({"object", "Session", 3, 48, {}});
  small.add({"object", "Session", 5, 56, {}});
  small.add({"closure", "onData", 7, 64, {}});
  small.add({"closure", "", 9, 32, {}});
  small.add({"string", "hello", 11, 24, {}});
  small.add({"concatenated string", "hello", 13, 20, {}});
  small.add({"hidden", "system / Map", 15, 80, {}});
  small.add({"code", "(bytecode)", 17, 10, {}});
  small.add({"array", "(object properties)", 19, 300, {}});
  small.add({"native", "Node / TCPWRAP", 20, 16, {}});
  small.add({"number", "heap number", 21, 12, {}});
  const std::vector<ObjectGroup> groups =
      object_groups(test::made_snapshot(small), GroupBy::kClass, {});
  const auto all = [&groups](std::string_view type) {
    const ObjectGroup* group = find(groups, type);
    return group == nullptr ? ObjectCount() : group->all;
  };
  EXPECT_EQ(all("Session"), count(2, 104));
  EXPECT_EQ(all("function onData"), count(1, 64));
  EXPECT_EQ(all("(closure)"), count(1, 32));
  EXPECT_EQ(all("(string)"), count(1, 24));
  EXPECT_EQ(all("(concatenated string)"), count(1, 20));
  EXPECT_EQ(all("(system)"), count(1, 80));
  EXPECT_EQ(all("(compiled code)"), count(1, 10));
  EXPECT_EQ(all("(array)"), count(1, 300));
  EXPECT_EQ(all("Node / TCPWRAP"), count(1, 16));
  EXPECT_EQ(all("(number)"), count(1, 12));
  EXPECT_EQ(all("(synthetic)"), count(1, 0));
  ASSERT_THAT(groups, SizeIs(11));
  EXPECT_EQ(groups.front().type, "(array)") << "most bytes first";
}

TEST(ObjectGroups, RingsByTheIdsAtTheEndsOfCycles) {
  test::SmallSnapshot small;
  small.add({"synthetic", "", 1, 0, {}});
  for (const std::uint64_t id : {101u, 103u, 201u, 203u, 205u, 301u})
    small.add({"object", "Session", id, 10, {}});
  small.add({"object", "Session", 1'000'000, 7, {}});
  const std::uint32_t last_ids[] = {101, 203};
  const V8Snapshot snapshot = test::made_snapshot(small);
  const std::vector<ObjectGroup> groups =
      object_groups(snapshot, GroupBy::kClass, last_ids);
  const ObjectGroup* sessions = find(groups, "Session");
  ASSERT_NE(sessions, nullptr);
  EXPECT_EQ(sessions->all, count(7, 67));
  EXPECT_THAT(sessions->rings,
              ElementsAre(count(1, 10), count(3, 30), count(2, 20)))
      << "an even id does not tell the birth";
  EXPECT_EQ(snapshot.last_id(), 301u);
}

TEST(ObjectGroups, ByStack) {
  test::SmallSnapshot small;
  small.add({"synthetic", "", 1, 0, {}});
  small.add({"object", "Session", 3, 48, {}, 3});
  small.add({"object", "Session", 5, 48, {}, 4});
  small.add({"object", "Session", 7, 48, {}, 3});
  small.trace_functions = fmt::format(
      "0,{0},{0},0,0,0,7,{1},{2},9,4,2,8,{3},{2},9,31,5,9,{0},{4},1,0,0",
      small.string(""), small.string("main"), small.string("/srv/chat.js"),
      small.string("accept"), small.string("node:net"));
  small.trace_tree = "1,0,0,0,[2,1,1,16,[3,2,2,96,[]],4,3,1,8,[]]";
  const V8Snapshot snapshot = test::made_snapshot(small);
  const std::vector<ObjectGroup> groups =
      object_groups(snapshot, GroupBy::kClassAndStack, {});
  ASSERT_THAT(groups, SizeIs(3));
  EXPECT_EQ(groups[0].trace, 3u);
  EXPECT_EQ(groups[0].all, count(2, 96));
  EXPECT_EQ(groups[1].trace, 4u);
  const std::vector<Frame> stack = allocation_stack(snapshot, 3);
  ASSERT_THAT(stack, SizeIs(2));
  EXPECT_EQ(stack[0].function, "accept");
  EXPECT_EQ(stack[0].file, "/srv/chat.js");
  EXPECT_EQ(stack[0].line, 31u);
  EXPECT_FALSE(stack[0].library);
  EXPECT_EQ(stack[1].function, "main");
  const std::vector<Frame> of_node = allocation_stack(snapshot, 4);
  ASSERT_THAT(of_node, SizeIs(1));
  EXPECT_EQ(of_node[0].function, "(anonymous)");
  EXPECT_TRUE(of_node[0].library);
  EXPECT_THAT(allocation_stack(snapshot, 0), IsEmpty());
  EXPECT_THAT(allocation_stack(snapshot, 77), IsEmpty());
}

}  // namespace
}  // namespace tidemark
