// What a person is told to do about each class of finding.
#include "harness/report/advice.h"

#include <gtest/gtest.h>

#include "tests/support/sample_records.h"

namespace tidemark {
namespace {

// The first finding of a leak, left per `unit`, about so much of it.
Finding left_per(const std::string& unit) {
  Finding finding = leak_record().judgement->findings.at(0);
  finding.unit = unit;
  finding.rate.exact = false;
  return finding;
}

TEST(Advice, SaysWhichPathForgetsWhoseBlock) {
  const RunRecord record = leak_record();
  EXPECT_EQ(advice_for(record, left_per("connection")),
            "look where chat_join stores this block: what it is stored in "
            "outlives the connection, so take it out there at every end of a "
            "connection");
  EXPECT_EQ(advice_for(record, left_per("reset close")),
            "after `reset close`, nothing releases what chat_join allocated; "
            "compare that path with the other ends of a connection");
  EXPECT_EQ(advice_for(record, left_per("bad_utf8 provocation")),
            "follow the error path behind `bad_utf8 provocation`: it returns "
            "without releasing what chat_join allocated");
  EXPECT_EQ(advice_for(record, left_per("request")),
            "look where chat_join stores this block: nothing takes it out "
            "again once the request is done with");
}

TEST(Advice, TheSameOfEachConnectionMayBeACacheThatIsNotFullYet) {
  RunRecord record = leak_record();
  record.connections.opened = Count{2400};
  Finding finding = left_per("connection");
  finding.rate.exact = true;
  const auto told = [&] {
    return advice_for(record, finding)
               .find(
                   "a cache with room for more than "
                   "this run's 2,400 connections") != std::string::npos;
  };
  EXPECT_TRUE(told());
  finding.rate.exact = false;
  EXPECT_FALSE(told());
}

TEST(Advice, AnUnknownSiteIsTheCallerAbove) {
  RunRecord record = leak_record();
  record.sites.clear();
  EXPECT_NE(advice_for(record, left_per("connection")).find("caller above"),
            std::string::npos);
}

TEST(Advice, WhatIsInnocentOrUndecidedAsksForNothing) {
  const RunRecord record = leak_record();
  Finding finding = left_per("connection");
  for (FindingClass kind : {FindingClass::kBounded, FindingClass::kLingering,
                            FindingClass::kUndecided}) {
    finding.kind = kind;
    EXPECT_EQ(advice_for(record, finding), "") << to_word(kind);
  }
}

TEST(Advice, TheNextStepNamesTheBudgetThatWouldAllowIt) {
  RunRecord record = leak_record();
  Finding& finding = record.judgement->findings.at(0);
  const auto allowed = [&] {
    const std::string next = next_step(record);
    const std::size_t at = next.find("allowed by ");
    return at == std::string::npos ? next : next.substr(at + 11);
  };
  finding.rate.bytes_per_connection = 54.2;
  EXPECT_EQ(allowed(), "expect.residue_per_connection: 55 B");
  finding.unit = "open connection";
  EXPECT_EQ(allowed(), "expect.peak_per_connection: 55 B");
  finding.kind = FindingClass::kTimeGrowth;
  EXPECT_EQ(allowed(), "expect.time_growth: allow");
  finding.kind = FindingClass::kDescriptors;
  finding.objects = Count{12};
  finding.unit = "descriptor";
  EXPECT_EQ(allowed(), "expect.fds: 12");
  finding.unit = "thread";
  EXPECT_EQ(allowed(), "expect.threads: 12");
  finding.kind = FindingClass::kUpstream;
  finding.standin = "cache";
  EXPECT_EQ(allowed(), "expectClosed: false at the stand-in cache");
}

TEST(Advice, OnlyALeakHasANextStep) {
  EXPECT_EQ(next_step(clean_record()), "");
  EXPECT_EQ(next_step(doubtful_record()), "");
  EXPECT_EQ(next_step(crashed_record()), "");
}

}  // namespace
}  // namespace tidemark
