#include "harness/runtimes/v8/snapshot_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/runtimes/v8/snapshot_text.h"

namespace tidemark {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using test::chat;
using test::NodeForm;
using test::SmallSnapshot;

Result<V8Snapshot> read_in_pieces(std::string_view text, std::size_t size) {
  SnapshotParser parser;
  for (std::size_t at = 0; at < text.size(); at += size)
    if (Status status = parser.feed(text.substr(at, size)); !status)
      return fail(status.error());
  return parser.finish();
}

V8Snapshot read(std::string_view text, std::size_t size = 1 << 20) {
  Result<V8Snapshot> snapshot = read_in_pieces(text, size);
  EXPECT_TRUE(snapshot) << snapshot.error().message;
  return snapshot ? *std::move(snapshot) : V8Snapshot();
}

std::string complaint(std::string_view text) {
  const Result<V8Snapshot> snapshot = read_in_pieces(text, 1 << 20);
  EXPECT_FALSE(snapshot);
  return snapshot ? "" : snapshot.error().message;
}

std::string replaced(std::string text, std::string_view from,
                     std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string chat_with(std::string_view from, std::string_view to) {
  return replaced(chat().text(), from, to);
}

TEST(SnapshotParser, NodesAndTheirStrongEdges) {
  const V8Snapshot snapshot = read(chat().text());
  ASSERT_EQ(snapshot.nodes(), 20u);
  EXPECT_EQ(snapshot.kind_of(8), SnapshotNodeKind::kObject);
  EXPECT_EQ(snapshot.strings.at(snapshot.name[8]), "Session");
  EXPECT_EQ(snapshot.id[8], 17u);
  EXPECT_EQ(snapshot.bytes_of(8), 48u);
  EXPECT_EQ(snapshot.weak_edges, 2u);
  EXPECT_EQ(snapshot.shortcut_edges, 1u);
  ASSERT_THAT(snapshot.first, SizeIs(21));
  EXPECT_EQ(snapshot.first[20], snapshot.to.size());
  const std::uint32_t edge = snapshot.first[8];
  ASSERT_EQ(snapshot.first[9] - edge, 2u);
  EXPECT_EQ(snapshot.to[edge], 9u);
  EXPECT_EQ(snapshot.label[edge].kind(), EdgeKind::kProperty);
  EXPECT_EQ(snapshot.strings.at(snapshot.label[edge].name()), "name");
  EXPECT_EQ(snapshot.to[edge + 1], 10u);
  EXPECT_EQ(snapshot.first[19], snapshot.first[20]) << "the last has none";
}

TEST(SnapshotParser, PiecesMayEndAnywhere) {
  const std::string text = chat().text();
  const V8Snapshot whole = read(text);
  for (const std::size_t size : {1u, 2u, 3u, 7u, 64u}) {
    const V8Snapshot pieces = read(text, size);
    EXPECT_EQ(pieces.name, whole.name);
    EXPECT_EQ(pieces.id, whole.id);
    EXPECT_EQ(pieces.self, whole.self);
    EXPECT_EQ(pieces.first, whole.first);
    EXPECT_EQ(pieces.to, whole.to);
    EXPECT_EQ(pieces.strings.size(), whole.strings.size());
    EXPECT_EQ(pieces.strings.at(whole.name[8]), "Session");
  }
}

TEST(SnapshotParser, FieldsAreWhereTheSnapshotSays) {
  for (const NodeForm form : {NodeForm::kNode14, NodeForm::kNode24}) {
    const V8Snapshot snapshot = read(chat(form).text());
    ASSERT_EQ(snapshot.nodes(), 20u);
    EXPECT_EQ(snapshot.id[18], 27u);
    EXPECT_EQ(snapshot.to[snapshot.first[6]], 7u);
  }
}

TEST(SnapshotParser, WhatIsDetachedAndWhatIsLarge) {
  SmallSnapshot small;
  small.add({"synthetic", "", 1, 0, {{"element", "1", 1}}});
  small.add({"native", "Node / Huge", 2, std::uint64_t{5} << 30, {}, 0, 2});
  const V8Snapshot snapshot = read(small.text());
  EXPECT_THAT(snapshot.detached, ElementsAre(1));
  EXPECT_EQ(snapshot.bytes_of(1), std::uint64_t{5} << 30);
}

TEST(SnapshotParser, OnlyStringsThatNameSomethingAreKept) {
  const V8Snapshot snapshot = read(chat().text());
  EXPECT_EQ(snapshot.strings.at(snapshot.name[9]), "") << "a string's text";
  EXPECT_EQ(snapshot.strings.at(snapshot.name[11]), "onMessage");
  EXPECT_EQ(snapshot.strings.at(1'000'000), "");
}

// What the name of the only object becomes, written so.
std::string name_of(std::string_view written) {
  SmallSnapshot small;
  small.add({"synthetic", "", 1, 0, {}});
  small.nodes[0].edges.push_back({"element", "1", 1});
  small.add({"object", std::string(written), 3, 8, {}});
  for (const std::size_t size : {std::size_t{1}, std::size_t{1} << 20}) {
    const Result<V8Snapshot> snapshot = read_in_pieces(small.text(), size);
    if (!snapshot) return snapshot.error().message;
    if (size > 1) return std::string(snapshot->strings.at(snapshot->name[1]));
  }
  return "";
}

TEST(SnapshotParser, EscapesInNames) {
  EXPECT_EQ(name_of(R"(a\"b\\c\/d\n)"), "a\"b\\c/d\n");
  EXPECT_EQ(name_of(R"(\u0041\u00e9\u20AC)"), "Aé€");
  EXPECT_EQ(name_of(R"(\ud83d\ude00!)"), "😀!");
  EXPECT_EQ(name_of("é"), "é");
}

TEST(SnapshotParser, HalfAPairOfSurrogatesIsReplaced) {
  EXPECT_EQ(name_of(R"(\ud83d)"), "\uFFFD");
  EXPECT_EQ(name_of(R"(\ud83dx)"), "\uFFFDx");
  EXPECT_EQ(name_of(R"(\ude00)"), "\uFFFD");
  EXPECT_EQ(name_of(R"(\ud83d\ud83d\ude00)"), "\uFFFD😀");
}

TEST(SnapshotParser, StringsThatAreNone) {
  EXPECT_THAT(name_of(R"(\x)"), HasSubstr("no such escape"));
  EXPECT_THAT(name_of(R"(\u12g4)"), HasSubstr("four hexadecimal digits"));
  EXPECT_THAT(name_of("a\nb"), HasSubstr("a control character"));
  EXPECT_THAT(name_of("\xff\xfe"), HasSubstr("not UTF-8"));
}

TEST(SnapshotParser, OfALongNameTheBeginning) {
  const std::string name =
      name_of(std::string(255, 'a') + "é" + std::string(2000, 'b'));
  EXPECT_EQ(name, std::string(255, 'a') + "…");
}

TEST(SnapshotParser, StacksOfAllocations) {
  SmallSnapshot small = chat();
  small.nodes[8].trace = 3;
  const auto main = small.string("main");
  const auto accept = small.string("accept");
  const auto file = small.string("/srv/chat.js");
  small.trace_functions =
      fmt::format("0,{0},{0},0,0,0,7,{1},{3},9,4,2,8,{2},{3},9,31,5",
                  small.string("(root)"), main, accept, file);
  small.trace_tree = "1,0,0,0,[2,1,1,16,[3,2,2,96,[]],4,2,1,8,[]]";
  const V8Snapshot snapshot = read(small.text());
  ASSERT_THAT(snapshot.trace_functions, SizeIs(3));
  EXPECT_EQ(snapshot.trace_functions[2].line, 31u);
  ASSERT_THAT(snapshot.trace_nodes, SizeIs(4));
  EXPECT_EQ(snapshot.trace_nodes[2].id, 3u);
  EXPECT_EQ(snapshot.trace_nodes[2].caller, 1u);
  EXPECT_EQ(snapshot.trace_nodes[3].caller, 0u);
  EXPECT_EQ(snapshot.trace_nodes[0].caller, 0u);
  ASSERT_THAT(snapshot.trace_node, SizeIs(20));
  EXPECT_EQ(snapshot.trace_node[8], 3u);
  EXPECT_EQ(snapshot.trace_node[9], 0u);
  EXPECT_THAT(read(chat().text()).trace_node, IsEmpty());
}

TEST(SnapshotParser, KnowsOneByItsBeginning) {
  EXPECT_TRUE(looks_like_heap_snapshot("{\"snapshot\":{\"meta\":{\"no"));
  EXPECT_TRUE(looks_like_heap_snapshot("{ \"snapshot\" : {"));
  EXPECT_FALSE(looks_like_heap_snapshot("{\"snapshot\":"));
  EXPECT_FALSE(looks_like_heap_snapshot("{\"schema\":{"));
  EXPECT_FALSE(looks_like_heap_snapshot(""));
}

TEST(SnapshotParser, EveryTruncationIsAComplaint) {
  std::string text = chat().text();
  text.pop_back();  // the line end behind it may be missing
  read(text);
  for (std::size_t size = 0; size < text.size(); ++size)
    ASSERT_THAT(complaint(text.substr(0, size)), HasSubstr("is not complete"))
        << size;
  EXPECT_THAT(complaint(text.substr(0, text.find("\n,3,"))),
              HasSubstr("in `nodes`"));
}

TEST(SnapshotParser, CountsThatLie) {
  EXPECT_THAT(complaint(chat_with("\"node_count\":20", "\"node_count\":19")),
              HasSubstr("more nodes than the 19 of `node_count`"));
  EXPECT_THAT(
      complaint(chat_with("\"node_count\":20", "\"node_count\":4000000000")),
      HasSubstr("20 nodes, and `node_count` is 4000000000"));
  EXPECT_THAT(
      complaint(chat_with("\"node_count\":20", "\"node_count\":4294967295")),
      HasSubstr("at most 4294967294 are read"));
  EXPECT_THAT(complaint(chat_with("\"edge_count\":27", "\"edge_count\":26")),
              HasSubstr("more than are left of the 26"));
  EXPECT_THAT(complaint(chat_with("\"edge_count\":27", "\"edge_count\":28")),
              HasSubstr("the nodes have 27 edges, and `edge_count` is 28"));
  EXPECT_THAT(complaint(chat_with("\"node_count\":20,", "")),
              HasSubstr("there is no `node_count`"));
}

TEST(SnapshotParser, NumbersThatPointNowhere) {
  // Each at the byte where it is.
  EXPECT_THAT(complaint(chat_with("\"nodes\":[9,", "\"nodes\":[99,")),
              HasSubstr("in `nodes`: a node of type 99, and there are 15"));
  EXPECT_THAT(complaint(chat_with("\"edges\":[1,1,7", "\"edges\":[1,1,8")),
              HasSubstr("an edge to 8, where no node begins"));
  EXPECT_THAT(complaint(chat_with("\"edges\":[1,1,7", "\"edges\":[1,1,140")),
              HasSubstr("an edge to 140, where no node begins"));
  EXPECT_THAT(complaint(chat_with("\"edges\":[1,1,7", "\"edges\":[7,1,7")),
              HasSubstr("an edge of type 7, and there are 7"));
  EXPECT_THAT(complaint(chat_with("\"nodes\":[9,1,", "\"nodes\":[9,1000,")),
              HasSubstr("named by string 1000, and there are"));
  EXPECT_THAT(
      complaint(chat_with("\"nodes\":[9,1,", "\"nodes\":[9,500000000,")),
      HasSubstr("named by string 500000000, more than there can be"));
  EXPECT_THAT(
      complaint(chat_with("\"nodes\":[9,1,", "\"nodes\":[9,5000000000,")),
      HasSubstr("a node whose name is string 5000000000"));
  EXPECT_THAT(
      complaint(chat_with("\"nodes\":[9,1,1,", "\"nodes\":[9,1,4294967296,")),
      HasSubstr("a node with id 4294967296"));
  EXPECT_THAT(complaint(chat_with("\"nodes\":[9,1,1,0,3",
                                  "\"nodes\":[9,1,1,0,3000000000000")),
              HasSubstr("a node with 3000000000000 edges"));
  EXPECT_THAT(complaint(chat_with("\"nodes\":[9,1,1,0,",
                                  "\"nodes\":[9,1,1,9007199254740993,")),
              HasSubstr("larger than 2^53"));
}

TEST(SnapshotParser, SizesWithoutEnd) {
  SmallSnapshot small;
  for (int i = 0; i < 20; ++i)
    small.add({"object", "Huge", 1, std::uint64_t{1} << 53, {}});
  EXPECT_THAT(complaint(small.text()), HasSubstr("larger than any memory"));
}

TEST(SnapshotParser, SaysWhereItIsBroken) {
  const std::string text = chat_with("\"nodes\":[9,1,1,", "\"nodes\":[9,1,x,");
  EXPECT_THAT(complaint(text),
              HasSubstr(fmt::format("broken at byte {} in `nodes`: wanted a "
                                    "whole number",
                                    text.find("x,"))));
}

TEST(SnapshotParser, ListsThatAreNoLists) {
  EXPECT_THAT(complaint(chat_with("\"nodes\":[9", "\"nodes\":[-9")),
              HasSubstr("wanted a whole number that is not negative"));
  EXPECT_THAT(complaint(chat_with("\"nodes\":[9", "\"nodes\":[[9")),
              HasSubstr("a list in a list of numbers"));
  EXPECT_THAT(complaint(chat_with("\"nodes\":[9,", "\"nodes\":[9 1,")),
              HasSubstr("wanted `,` or `]`"));
  EXPECT_THAT(complaint(chat_with("\"nodes\":[9,", "\"nodes\":[9,,")),
              HasSubstr("wanted a whole number"));
  EXPECT_THAT(complaint(chat_with("\"nodes\":[9,", "\"nodes\":[9.5,")),
              HasSubstr("wanted `,` or `]`"));
  EXPECT_THAT(complaint(chat_with("\"nodes\":[", "\"nodes\":{")),
              HasSubstr("wanted a list"));
  EXPECT_THAT(complaint(chat_with("\"strings\":[\"", "\"strings\":[7,\"")),
              HasSubstr("wanted a list of strings"));
  EXPECT_THAT(complaint(chat_with("\"strings\":[\"<dummy>\",",
                                  "\"strings\":[\"<dummy>\" ")),
              HasSubstr("wanted a list of strings"));
}

TEST(SnapshotParser, PartsInTheWrongOrder) {
  EXPECT_THAT(complaint("{\"nodes\":[]"),
              HasSubstr("`nodes`, and `snapshot` was not before it"));
  EXPECT_THAT(complaint(chat_with("\"edges\":", "\"edgs\":")),
              HasSubstr("`trace_function_infos`, and `edges` was not before"));
  EXPECT_THAT(complaint(chat_with("\"edges\":", "\"nodes\":")),
              HasSubstr("`nodes` for the second time"));
  EXPECT_THAT(complaint(chat_with("\"strings\":", "\"strngs\":")),
              HasSubstr("has no `strings`"));
  EXPECT_THAT(complaint("{}"), HasSubstr("has no `snapshot`"));
  EXPECT_THAT(complaint(chat().text() + "x"),
              HasSubstr("something follows the snapshot"));
  EXPECT_THAT(complaint("hello"), HasSubstr("at byte"));
}

TEST(SnapshotParser, DepthsWithoutEnd) {
  EXPECT_THAT(complaint("{\"other\":" + std::string(100'000, '[')),
              HasSubstr("deeper than is read"));
  EXPECT_THAT(complaint("{\"snapshot\":" + std::string(100'000, '{')),
              HasSubstr("deeper than is read"));
  SmallSnapshot small = chat();
  small.trace_functions = "0,0,0,0,0,0";
  for (int i = 0; i < 2000; ++i) small.trace_tree += "1,0,0,0,[";
  EXPECT_THAT(complaint(small.text()), HasSubstr("more than 1024 calls"));
}

TEST(SnapshotParser, StacksThatAreNone) {
  const auto with_tree = [](std::string_view tree) {
    SmallSnapshot small = chat();
    small.trace_functions = "0,0,0,0,0,0";
    small.trace_tree = tree;
    return complaint(small.text());
  };
  EXPECT_THAT(with_tree("1,5,0,0,[]"),
              HasSubstr("a stack in function 5, and there are 1"));
  EXPECT_THAT(with_tree("1,0,0,0,7"), HasSubstr("`children`"));
  EXPECT_THAT(with_tree("1,0,[]"), HasSubstr("no `children`"));
  EXPECT_THAT(with_tree("1,0,0,0"), HasSubstr("not complete"));
  SmallSnapshot small = chat();
  small.trace_functions = "0,0,0";
  EXPECT_THAT(complaint(small.text()), HasSubstr("function is not complete"));
}

TEST(SnapshotParser, AnErrorStays) {
  SnapshotParser parser;
  const Status first = parser.feed("[");
  ASSERT_FALSE(first);
  const Status second = parser.feed(chat().text());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), first.error());
  const Result<V8Snapshot> end = parser.finish();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error(), first.error());
}

}  // namespace
}  // namespace tidemark
