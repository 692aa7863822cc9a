#include "harness/report/hunt_report.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

HuntFinding leak_of_resets() {
  HuntFinding found;
  found.standing = HuntStanding::kConfirmed;
  found.ways = {"reset"};
  found.blamed = {"reset", "fin"};
  found.screened_unit = "connection";
  found.watched = std::chrono::seconds(81);
  found.file = "tidemark-hunt/chat-reset.yaml";
  found.scenario.flows.front().connections = 8;
  found.scenario.flows.front().close.front().behavior = CloseBehavior::kReset;
  Finding& finding = found.finding;
  finding.kind = FindingClass::kLeak;
  finding.unit = "connection";
  finding.fingerprint = "00112233aabbccdd";
  finding.rate.bytes_per_unit = 48;
  finding.rate.objects_per_unit = 1;
  finding.sites = {3};
  finding.retention.emplace();
  RetainingPath path;
  path.root_name = "lines (log.cc)";
  finding.retention->paths = {path};
  SiteRecord site;
  site.id = 3;
  site.frames = {{"log_close", "/src/log.cc", 30, "chat", false, false}};
  found.record.sites = {site};
  return found;
}

HuntFinding death_of_two() {
  HuntFinding found;
  found.kind = HuntKind::kDeath;
  found.standing = HuntStanding::kConfirmed;
  found.ways = {"rsv1", "nul_text"};
  found.error.message =
      "the service died during the run: it was killed by "
      "signal 6";
  found.file = "tidemark-hunt/chat-rsv1-death.yaml";
  return found;
}

HuntReport report_with(std::vector<HuntFinding> findings) {
  HuntReport report;
  report.findings = std::move(findings);
  HuntScreen screen;
  screen.protocol = "websocket";
  screen.url = "ws://127.0.0.1:{{ port }}/";
  screen.ways = 30;
  screen.connections = Count{600};
  screen.limit.bytes_per_connection = 0.5;
  report.screens = {screen};
  report.runs = 12;
  report.took = std::chrono::seconds(60);
  return report;
}

TEST(HuntReportText, NamesWhatWhereWhoseAndWhichScenario) {
  EXPECT_EQ(hunt_text(report_with({leak_of_resets(), death_of_two()}), {}),
            R"(FOUND  2 findings, each confirmed by a scenario

  1. leak: 48 B in 1 block per reset close
     also of       reset and fin
     allocated by  log_close (/src/log.cc:30)
     held by       lines (log.cc), a global
     standing      confirmed, still there after 81.0 s
     scenario      tidemark-hunt/chat-reset.yaml (8 connections)

  2. death: the service died during the run: it was killed by signal 6
     of            rsv1 and nul_text
     standing      confirmed
     scenario      tidemark-hunt/chat-rsv1-death.yaml (200 connections)

  screened     websocket ws://127.0.0.1:{{ port }}/: 30 ways, 600 connections
               opened; a leak of 0.5 B per connection would have been seen
  hunt         12 runs in 60.0 s
)");
}

TEST(HuntReportText, AHeapThatWasNotSeenHasNoLimit) {
  HuntReport report = report_with({});
  const std::string seen = "would have been seen";
  EXPECT_NE(hunt_text(report, {}).find(seen), std::string::npos);
  report.screens.front().limit.bytes_per_connection = 0;
  EXPECT_EQ(hunt_text(report, {}).find(seen), std::string::npos);
}

TEST(HuntReportText, WhatATimeoutEndsIsNoFinding) {
  HuntFinding released = leak_of_resets();
  released.standing = HuntStanding::kReleased;
  const HuntReport report = report_with({released});
  EXPECT_EQ(outcome_of(report), Outcome::kPass);
  EXPECT_TRUE(hunt_text(report, {})
                  .starts_with("NOTHING FOUND that stays; 1 thing that a "
                               "timeout of the service's "
                               "ends\n"));
}

TEST(HuntReportText, DoubtIsNeitherFoundNorNothing) {
  HuntFinding once = leak_of_resets();
  once.standing = HuntStanding::kSeenOnce;
  EXPECT_EQ(outcome_of(report_with({once})), Outcome::kInconclusive);
  EXPECT_EQ(outcome_of(report_with({once, leak_of_resets()})), Outcome::kLeak);
  HuntReport report = report_with({});
  EXPECT_EQ(outcome_of(report), Outcome::kPass);
  report.screens.front().outcome = Outcome::kInconclusive;
  EXPECT_EQ(outcome_of(report), Outcome::kInconclusive);
  report = report_with({});
  report.out_of_time = true;
  EXPECT_EQ(outcome_of(report), Outcome::kInconclusive);
}

TEST(HuntReportText, ServicesCannotWriteToTheTerminal) {
  HuntFinding found = leak_of_resets();
  found.record.sites.front().frames.front().function = "evil\x1b[2J\nname";
  const std::string text = hunt_text(report_with({found}), {});
  EXPECT_EQ(text.find('\x1b'), text.npos);
}

TEST(HuntComment, SaysWhatTheScenarioFindsAndHowItIsRun) {
  EXPECT_EQ(hunt_comment({leak_of_resets()}),
            R"(# Found by `tidemark hunt`:
# * leak, 48 B in 1 block per reset close, allocated by log_close
# (/src/log.cc:30), held by lines (log.cc), a global (fingerprint
# 00112233aabbccdd).
# In CI, from the folder where the hunt ran: `tidemark run
# tidemark-hunt/chat-reset.yaml`. Exit code 1 says that it is there, 0 that it
# is gone.
)");
}

TEST(HuntComment, ALineOfTheServicesIsNoLineOfTheFile) {
  HuntFinding found = death_of_two();
  found.error.message = "died\nversion: 2\r\n\"";
  const std::string text = hunt_comment({found});
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    EXPECT_EQ(text[at], '#') << text;
}

}  // namespace
}  // namespace tidemark
