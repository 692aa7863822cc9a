#include "harness/report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/compare/compare.h"
#include "harness/report/flame_tree.h"
#include "harness/report/html_parts.h"
#include "harness/report/terminal.h"
#include "tests/support/full_records.h"
#include "tests/support/swept_runs.h"

namespace tidemark {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

std::string page_of(const RunRecord& record) {
  return make_html_reporter()->render(record, {});
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos;
       at = text.find(part, at + part.size()))
    ++count;
  return count;
}

constexpr const char* kDataBegins =
    "<script type=\"application/json\" id=\"tidemark-data\">";

// What the page's script is given.
Json data_of(const std::string& page) {
  const std::size_t begin =
      page.find(kDataBegins) + std::string_view(kDataBegins).size();
  return Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

// Without the page's own style, script and data: what is markup.
std::string markup_of(const std::string& page) {
  std::string text = page.substr(0, page.find(kDataBegins));
  const std::size_t style = text.find("<style>");
  return text.erase(style, text.find("</style>") - style);
}

TEST(Html, TextIsEscapedInElementsAndAttributes) {
  EXPECT_EQ(html_text("p", "<b> & \"c\"", "note"),
            "<p class=\"note\">&lt;b&gt; &amp; &quot;c&quot;</p>\n");
  HtmlTable table("a \"b\"", {{"<x>"}, {"n", true}});
  table.add({"<i>", "1"});
  EXPECT_EQ(table.html(),
            "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
            "aria-label=\"a &quot;b&quot;\"><table><caption>a "
            "&quot;b&quot;</caption>\n<thead><tr><th scope=\"col\">&lt;x&gt;"
            "</th><th scope=\"col\" class=\"number\">n</th></tr></thead>\n"
            "<tbody>\n<tr><th scope=\"row\">&lt;i&gt;</th><td "
            "class=\"number\">1</td></tr>\n</tbody></table></div>\n");
}

TEST(Html, ATableWithoutRowsIsNone) {
  EXPECT_EQ(HtmlTable("empty", {{"a"}}).html(), "");
}

TEST(Html, JsonCannotEndItsElementAndIsTheSameWhenRead) {
  const std::string hostile =
      "</script><script>alert(1)</script><!-- & \xE2\x80\xA8 \xE2\x80\xA9 \x01";
  const std::string text = html_json({{hostile, hostile}});
  for (const char* part : {"<", ">", "&", "\xE2\x80\xA8", "\xE2\x80\xA9"})
    EXPECT_THAT(text, Not(HasSubstr(part)));
  const Json read = Json::parse(text);
  EXPECT_EQ(read[hostile].get<std::string>(), hostile);
}

TEST(Html, JsonOfWrongBytesIsStillJson) {
  EXPECT_EQ(Json::parse(html_json({"\xFF\xC0"}))[0], "\uFFFD\uFFFD");
}

TEST(Html, BarsAreAsHighAsTheirShareOfTheHighest) {
  const std::string svg = html_bars({{50, "half"}, {100, "<all>"}}, "two");
  EXPECT_THAT(svg, HasSubstr("aria-label=\"two\""));
  EXPECT_THAT(svg, HasSubstr("<title>&lt;all&gt;</title>"));
  EXPECT_THAT(svg, HasSubstr("y=\"50.00\" width=\"8\" height=\"50.00\""));
  EXPECT_THAT(svg, HasSubstr("y=\"0.00\" width=\"8\" height=\"100.00\""));
  EXPECT_EQ(html_bars({{0, "none"}}, "nothing"), "");
}

TEST(FlameTree, StacksThatBeginAlikeAreOneBranch) {
  TextTable texts;
  const Json tree = flame_tree(
      {{{"main", "a"}, {10}}, {{"main", "b"}, {5}}, {{"main"}, {1}}}, texts);
  EXPECT_EQ(tree.dump(), "[3,16,[[2,16,[[0,10,[]],[1,5,[]]]]]]");
  EXPECT_EQ(texts.json().dump(), R"(["a","b","main","all"])");
}

// Each frame is a level of the tree, and of whatever reads it.
TEST(FlameTree, AStackWithoutEndIsCut) {
  TextTable texts;
  const FlameStack deep{std::vector<std::string>(100'000, "again"), {7}};
  Json at = flame_tree({deep}, texts);
  std::size_t depth = 0;
  for (; !at[2].empty(); at = Json(at[2][0])) ++depth;
  EXPECT_EQ(depth, 300u);
  EXPECT_EQ(at[1], 7);
}

// A scale of its own for each side; what is gone keeps its width.
TEST(FlameTree, ADifferenceIsAsWideAsTheLargerSide) {
  TextTable texts;
  const Json tree =
      flame_difference({{{{"gone"}, {100}}, {{"more"}, {10}}}, 0.5},
                       {{{{"more"}, {40}}}, 1}, texts);
  EXPECT_EQ(tree[1], 90);
  EXPECT_EQ(tree[3], 55);
  EXPECT_EQ(tree[4], 40);
  EXPECT_EQ(tree[2][0].dump(), "[0,50,[],50,0]");
  EXPECT_EQ(tree[2][1].dump(), "[1,40,[],5,40]");
}

TEST(FlameStacks, HoldersFollowTheirRootAndTheLostAreTold) {
  std::vector<FlameStack> stacks = holder_stacks(samples::leak());
  ASSERT_EQ(stacks.size(), 4u);
  EXPECT_THAT(
      stacks[0].frames,
      ElementsAre("leak per connection", "chat::g_rooms (room.cc), a global",
                  "std::map or set node by chat::Room::join"));
  EXPECT_EQ(stacks[0].bytes, Bytes{96000});
  EXPECT_THAT(stacks[2].frames, ElementsAre("leak per connection",
                                            "lost: no pointer to it is left"));
}

TEST(FlameStacks, AllThatIsLiveHasNoFinding) {
  const std::vector<FlameStack> stacks = live_stacks(samples::leak());
  ASSERT_EQ(stacks.size(), 2u);
  EXPECT_EQ(stacks[1].frames.front(), "main");
  EXPECT_EQ(stacks[1].bytes, Bytes{96000});
}

TEST(HtmlReport, SaysWhatTheTerminalSays) {
  const std::string page = page_of(samples::leak());
  EXPECT_THAT(markup_of(page),
              HasSubstr("<title>LEAK chat-guilty – tidemark</title>"));
  for (const char* words :
       {"the service keeps 96 B in 2 objects for every connection",
        "Every connection leaves 96 B in 2 blocks behind, allocated by "
        "chat::Room::join (src/room.cc:88).",
        "every one of 9 loaded cycles left exactly 2 blocks",
        "chat::g_rooms (room.cc), a global", "Held by nobody: 17 blocks",
        "A leak of 0.21 B per connection would have been seen, over 1,500 "
        "connections."})
    EXPECT_THAT(markup_of(page), HasSubstr(words)) << words;
}

TEST(HtmlReport, HasItsSectionsInOrder) {
  const std::string page = page_of(samples::leak());
  std::size_t last = 0;
  for (const char* id : {"findings", "timeline", "rings", "flames", "sites",
                         "pace", "plan", "memory", "environment"}) {
    const std::size_t at = page.find(std::string("<section id=\"") + id);
    EXPECT_GT(at, last) << id;
    EXPECT_NE(at, page.npos) << id;
    last = at;
    EXPECT_THAT(markup_of(page),
                HasSubstr(std::string("<a href=\"#") + id + "\">"));
  }
}

TEST(HtmlReport, NeedsNothingFromAnywhereAndAllowsOnlyItself) {
  const std::string page = page_of(samples::leak());
  EXPECT_THAT(markup_of(page),
              HasSubstr("content=\"default-src 'none'; script-src "
                        "'sha256-"));
  EXPECT_THAT(markup_of(page), Not(HasSubstr("unsafe-inline")));
  const std::string markup = markup_of(page);
  for (const char* part : {" src=", "<link", "<iframe", "<object", "<form",
                           " style=", " onclick", "href=\"http"})
    EXPECT_THAT(markup, Not(HasSubstr(part))) << part;
}

TEST(HtmlReport, GivesThePlotsWhatTheRecordHas) {
  const Json data = data_of(page_of(samples::leak()));
  const Json& timeline = data["timeline"];
  ASSERT_EQ(timeline["cycles"].size(), 15u);
  EXPECT_EQ(timeline["cycles"][3], Json::parse(R"([4,"loaded",0.8,0.99,200])"));
  EXPECT_EQ(timeline["live"][0].size(), 15u);
  EXPECT_EQ(timeline["live"][1][0], 89600);
  // The baseline's sample and the last.
  EXPECT_EQ(timeline["settled"][0], Json::parse("[0.79,3.19]"));
  EXPECT_EQ(data["pace"]["median"][0], 0.00015);
  EXPECT_EQ(data["flames"].size(), 4u);
  ASSERT_EQ(data["sites"].size(), 2u);
  EXPECT_EQ(data["texts"][data["sites"][0][0].get<int>()],
            "chat::Room::join (src/room.cc:88)");
}

// Records of before have the live heap at a few moments alone.
TEST(HtmlReport, AnOlderRecordHasALiveHeapFromItsAccounts) {
  RunRecord record = samples::leak();
  for (CycleFacts& cycle : record.cycles) cycle.live.reset();
  const Json live = data_of(page_of(record))["timeline"]["live"];
  EXPECT_FALSE(live[0].empty());
  EXPECT_EQ(live[1][0], 226406);
}

TEST(HtmlReport, ARunThatDiedShowsWhatItHeld) {
  const std::string page = page_of(samples::died());
  EXPECT_THAT(markup_of(page), HasSubstr("<header class=\"verdict bad\">"));
  EXPECT_THAT(markup_of(page), HasSubstr("PARTIAL RECORD"));
  EXPECT_THAT(markup_of(page),
              HasSubstr("What the service held when it died:"));
  EXPECT_THAT(markup_of(page), Not(HasSubstr("<section id=\"findings\"")));
}

TEST(HtmlReport, APassNamesItsLimitAndHasNoFlames) {
  const std::string page = page_of(samples::pass());
  EXPECT_THAT(markup_of(page), HasSubstr("<header class=\"verdict good\">"));
  EXPECT_THAT(markup_of(page), HasSubstr("Nothing was found."));
  EXPECT_THAT(markup_of(page), Not(HasSubstr("data-flame")));
}

RunRecord hostile() {
  constexpr const char* kName = "</script><script>alert(1)</script>\"'><img>";
  RunRecord record = samples::leak();
  record.scenario_name = record.scenario_path = kName;
  record.stopped_because = record.started_at = kName;
  record.service.command = {kName};
  record.service.allocator = kName;
  record.service.last_output = {kName};
  record.phases[0].name = kName;
  record.memory[0].moment = kName;
  record.cycles[0].load.closed[kName] = {1};
  record.connections.reasons[kName] = {1};
  record.connections.answers[kName][kName] = {1};
  record.suppressions = {{kName, kName, kName, kName, {}, {}, {}, kName}};
  record.judgement->reason = kName;
  for (Finding& finding : record.judgement->findings)
    finding.explanation = finding.unit = finding.fingerprint = kName;
  for (SiteRecord& site : record.sites)
    for (Frame& frame : site.frames)
      frame.function = frame.file = frame.module = kName;
  for (RetainingPath& path : record.held->paths) path.root_name = kName;
  Retention& retention = *record.judgement->findings[0].retention;
  for (RetainingPath& path : retention.paths) {
    path.root_name = kName;
    for (Holder& holder : path.holders) holder.type = kName;
  }
  return record;
}

TEST(HtmlReport, HostileNamesAreNoMarkup) {
  const std::string page = page_of(hostile());
  EXPECT_EQ(count_of(page, "<script"), 2u);
  EXPECT_EQ(count_of(page, "</script"), 2u);
  EXPECT_THAT(markup_of(page), Not(HasSubstr("<img")));
  EXPECT_THAT(markup_of(page),
              HasSubstr("&lt;/script&gt;&lt;script&gt;alert(1)"));
  // Attributes are whole: a quote of a name ends none.
  EXPECT_THAT(markup_of(page), Not(HasSubstr("\"'>")));
  EXPECT_EQ(data_of(page)["timeline"]["phases"][0][0],
            "</script><script>alert(1)</script>\"'><img>");
}

TEST(HtmlReport, ThousandsOfFindingsAreTheFirstOnesInFull) {
  RunRecord record = samples::leak();
  const Finding finding = record.judgement->findings[0];
  record.judgement->findings.assign(2000, finding);
  const std::string page = page_of(record);
  EXPECT_EQ(count_of(page, "<article"), 50u);
  EXPECT_EQ(count_of(page, "<svg class=\"bars"), 12u);
  EXPECT_THAT(markup_of(page), HasSubstr("… and 1500 more, in the record."));
}

TEST(HtmlReport, SweepHasCellsPointsHeatAndEffects) {
  SweepSpec spec = buffer_spec();
  spec.factors.push_back({"<malloc>", {"system", "jemalloc"}, {}});
  spec.baseline["<malloc>"] = "system";
  std::vector<CellLevels> cells;
  std::vector<StoredRun> runs;
  for (const char* buffer : {"1MiB", "64KiB"})
    for (const char* malloc : {"system", "jemalloc"}) {
      cells.push_back({{"buffer", buffer}, {"<malloc>", malloc}});
      runs.push_back(swept_run(cells.back(), 1000,
                               std::string(buffer) == "1MiB" ? 1e6 : 7e4));
    }
  const std::string page = sweep_html(fold_sweep(spec, cells, runs));
  EXPECT_THAT(markup_of(page), HasSubstr("buffer=64KiB"));
  EXPECT_THAT(markup_of(page),
              HasSubstr("<td class=\"heat-9\">976.6 KiB</td>"));
  EXPECT_THAT(markup_of(page), HasSubstr("<td class=\"heat-0\">68.4 KiB</td>"));
  EXPECT_THAT(markup_of(page), HasSubstr("<svg class=\"ratio\""));
  EXPECT_THAT(markup_of(page), Not(HasSubstr("<malloc>")));
  const Json points = data_of(page)["scatter"];
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[0]["label"], "<malloc>=system, buffer=1MiB");
  EXPECT_EQ(points[0]["baseline"], true);
  EXPECT_EQ(points[0]["memory"], 1e6);
}

TEST(HtmlReport, SweepOfOneFactorHasNoHeatMap) {
  const std::string page =
      sweep_html(fold_sweep(buffer_spec(), buffer_cells(), buffer_runs()));
  EXPECT_THAT(markup_of(page), Not(HasSubstr("<section id=\"heat\"")));
  EXPECT_THAT(markup_of(page), HasSubstr("<section id=\"cells\""));
}

TEST(HtmlReport, ComparisonIsTheDifferencePerConnection) {
  std::vector<RunRecord> before{samples::leak()}, after{samples::leak()};
  before[0].judgement->limit.connections = {3000};
  const Result<VersionComparison> comparison =
      compare_runs(before, after, std::nullopt);
  ASSERT_TRUE(comparison);
  const std::string page = compare_html(*comparison, before, after);
  const Json flames = data_of(page)["flames"];
  ASSERT_EQ(flames.size(), 2u);
  // 144,000 B are held, of 3,000 connections and of 1,500; what is bounded
  // stayed, too.
  EXPECT_EQ(flames[0][3], 572.288);
  EXPECT_EQ(flames[1][3], 48);
  EXPECT_EQ(flames[1][4], 96);
  EXPECT_THAT(markup_of(page), HasSubstr("Difference of the flame graphs"));
}

}  // namespace
}  // namespace tidemark
