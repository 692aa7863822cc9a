// Each report of a comparison against its approved text.
#include "harness/report/compare_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/approved.h"

namespace tidemark {
namespace {

SiteRecord join_site() {
  SiteRecord site;
  site.id = 5;
  site.frames = {{"malloc", "", 0, "libc.so.6", false, true},
                 {"chat_join(unsigned long)", "src/chat.cc", 39, "/srv/chat",
                  false, false}};
  return site;
}

FindingChange finding(ChangeKind kind, std::string fingerprint) {
  FindingChange change;
  change.change = kind;
  change.fingerprint = std::move(fingerprint);
  change.kind = FindingClass::kLeak;
  change.unit = "connection";
  change.site = join_site();
  change.old_runs = kind == ChangeKind::kNew ? 0 : 2;
  change.new_runs = 2;
  change.after = Estimate{104, 104, 104};
  if (kind != ChangeKind::kNew) change.before = Estimate{20, 18.5, 21.5};
  change.told = "every run of NEW has it, no run of OLD";
  return change;
}

FigureChange figure(FigureKind kind, double before, double after,
                    Estimate change, FigureVerdict verdict) {
  FigureChange one;
  one.kind = kind;
  one.before = {before, before};
  one.after = {after, after};
  one.before_median = before;
  one.after_median = after;
  one.change = change;
  one.verdict = verdict;
  return one;
}

VersionComparison worse() {
  VersionComparison all;
  all.tidemark_version = "0.1.0";
  all.started_at = "2026-01-02T03:04:05Z";
  all.took = std::chrono::milliseconds(24500);
  all.before = {"old.yaml",
                "chat",
                {{Outcome::kPass, "nothing stays behind 698 connections",
                  "2026-01-02T03:04:05Z", "tidemark-out/compare-old-1.json"},
                 {Outcome::kPass, "nothing stays behind 698 connections",
                  "2026-01-02T03:04:17Z", "tidemark-out/compare-old-2.json"}},
                {4.95, 0.017, {698}}};
  all.after = {"new.yaml",
               "chat",
               {{Outcome::kLeak, "the service keeps 104 B",
                 "2026-01-02T03:04:11Z", "tidemark-out/compare-new-1.json"},
                {Outcome::kLeak, "the service keeps 104 B",
                 "2026-01-02T03:04:23Z", "tidemark-out/compare-new-2.json"}},
               {13.9, 0.048, {249}}};
  all.max_slowdown = 10;
  all.outcome = ComparisonOutcome::kWorse;
  all.reason = "1 finding is new, 1 rate is higher";
  FindingChange fresh = finding(ChangeKind::kNew, "539b0d4e9c4b55eb");
  fresh.fails = true;
  FindingChange higher = finding(ChangeKind::kHigher, "00c0ffee00c0ffee");
  higher.fails = true;
  higher.told = "NEW keeps more of it than OLD, beyond both intervals";
  FindingChange gone = finding(ChangeKind::kGone, "00000000feedbeef");
  gone.after.reset();
  gone.new_runs = 0;
  gone.told = "2 of 2 runs of OLD have it, no run of NEW";
  all.findings = {fresh, higher, gone};
  all.figures = {figure(FigureKind::kPeak, 5005, 5005, {0, 0, 0},
                        FigureVerdict::kNoDifference),
                 figure(FigureKind::kThroughput, 128649, 76963,
                        {-0.402, -0.953, 6.31}, FigureVerdict::kNoDifference),
                 figure(FigureKind::kReplyMedian, 0.00036, 0.00045,
                        {0.25, 0.11, 0.41}, FigureVerdict::kWorse),
                 figure(FigureKind::kReplyP99, 0.012, 0.0071,
                        {-0.41, -0.55, -0.2}, FigureVerdict::kBetter),
                 figure(FigureKind::kHandshakeMedian, 1.2, 1.5,
                        {0.25, -0.99, 2133}, FigureVerdict::kNoDifference)};
  all.figures[2].fails = true;
  all.figures[4].undecided = true;
  all.notes = {
      "a note that is so long that a terminal of eighty columns has "
      "to break it somewhere"};
  return all;
}

VersionComparison hostile() {
  VersionComparison all = worse();
  all.before.name = "\x1b[2Jchat | <b>`x`</b>";
  all.after.path = "]]></testcase>\xff";
  all.findings[0].site->frames[1].function = "a|b\n# c_d(\x1b]0;x\a)";
  all.findings[0].told = "![x](http://127.0.0.1/)";
  return all;
}

TEST(CompareReport, Text) {
  expect_approved("compare/worse.txt", compare_text(worse(), ReportStyle{}));
}

TEST(CompareReport, Json) {
  expect_approved("compare/worse.json", compare_json(worse()));
}

TEST(CompareReport, Junit) {
  expect_approved("compare/worse.xml", compare_junit(worse()));
}

TEST(CompareReport, Markdown) {
  expect_approved("compare/worse.md", compare_markdown(worse()));
}

TEST(CompareReport, NothingWorseIsShort) {
  VersionComparison all = worse();
  all.outcome = ComparisonOutcome::kNothingWorse;
  all.reason = "NEW keeps nothing that OLD does not keep";
  all.findings.clear();
  all.figures.resize(1);
  all.figures[0].before = {5005};
  all.figures[0].after = {5005};
  all.notes.clear();
  expect_approved("compare/same.txt", compare_text(all, ReportStyle{}));
}

TEST(CompareReport, NoLineOfATextIsWiderThanAsked) {
  const std::string text = compare_text(worse(), ReportStyle{});
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    std::size_t width = 0;
    for (std::size_t i = at; i < end; ++i)
      if ((text[i] & 0xc0) != 0x80) ++width;
    EXPECT_LE(width, 82U) << text.substr(at, end - at);
    at = end + 1;
  }
}

TEST(CompareReport, AnOpenComparisonDoesNotPassInJunit) {
  VersionComparison all = worse();
  all.outcome = ComparisonOutcome::kInconclusive;
  all.findings.clear();
  all.figures.clear();
  const std::string xml = compare_junit(all);
  EXPECT_NE(xml.find("tests=\"1\" failures=\"0\" errors=\"1\""),
            std::string::npos)
      << xml;
}

TEST(CompareReport, HostileTextIsNeitherMarkupNorAnEscape) {
  for (const std::string& text :
       {compare_text(hostile(), ReportStyle{}), compare_json(hostile()),
        compare_junit(hostile()), compare_markdown(hostile())}) {
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
    EXPECT_EQ(text.find('\xff'), std::string::npos) << text;
    EXPECT_EQ(text.find('\a'), std::string::npos) << text;
  }
  const std::string xml = compare_junit(hostile());
  EXPECT_EQ(xml.find("]]>"), std::string::npos);
  EXPECT_EQ(xml.find("<b>"), std::string::npos);
  const std::string markdown = compare_markdown(hostile());
  for (const char* markup : {"<b>", "`x`", "![", "](", "\n# c", "a|b"})
    EXPECT_EQ(markdown.find(markup), std::string::npos) << markdown;
  EXPECT_EQ(nlohmann::json::parse(compare_json(hostile()))["outcome"], "worse");
}

}  // namespace
}  // namespace tidemark
