#include "harness/hunt/traces.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

Ways some_ways() {
  EngineWords words;
  words.behaviors = {CloseBehavior::kReset, CloseBehavior::kFin,
                     CloseBehavior::kAbortMidFrame};
  words.provocations = {"rsv1", "rsv1_on_close"};
  return all_ways(words, false, false);
}

std::vector<std::string> blamed(const std::string& unit,
                                const std::string& explanation = {}) {
  Finding finding;
  finding.unit = unit;
  finding.explanation = explanation;
  return names_of(blamed_ways(finding, some_ways()));
}

using Names = std::vector<std::string>;

TEST(HuntTraces, AUnitBlamesItsWay) {
  EXPECT_EQ(blamed("reset close"), Names{"reset"});
  EXPECT_EQ(blamed("rsv1 provocation"), Names{"rsv1"});
  EXPECT_EQ(blamed("rsv1_on_close provocation"), Names{"rsv1_on_close"});
  EXPECT_EQ(blamed("reset close or fin close"), (Names{"reset", "fin"}));
  EXPECT_EQ(blamed("fin or reset close"), (Names{"reset", "fin"}));
  EXPECT_EQ(blamed("fin or reset close or rsv1 or rsv1_on_close provocation"),
            (Names{"reset", "fin", "rsv1", "rsv1_on_close"}));
  EXPECT_EQ(blamed("reset close with messages of 8,192 B"), Names{"reset"});
}

TEST(HuntTraces, AUnitOfAllBlamesNobody) {
  EXPECT_EQ(blamed("connection"), Names{});
  EXPECT_EQ(blamed("abnormal close"), Names{"reset"});
  EXPECT_EQ(blamed("second"), Names{});
}

TEST(HuntTraces, ListedRatesBlameThoseThatAreNotZero) {
  EXPECT_EQ(blamed("connection",
                   "left exactly 0 per graceful close, 2 per reset close, 0 "
                   "per fin close, 10 per abort_mid_frame close (48 B each)"),
            (Names{"reset", "abort_mid_frame"}));
}

RunRecord record_with(const std::string& fingerprint,
                      std::vector<std::string> functions) {
  RunRecord record;
  record.partial = false;
  SiteRecord site;
  site.id = 7;
  for (const std::string& function : functions)
    site.frames.push_back({function, "", 0, "", false, function == "malloc"});
  record.sites = {site};
  Finding finding;
  finding.fingerprint = fingerprint;
  finding.fails = true;
  finding.sites = {7};
  record.judgement.emplace();
  record.judgement->outcome = Outcome::kLeak;
  record.judgement->findings = {finding};
  return record;
}

Trace trace_in(const RunRecord& record) {
  return trace_of(record, record.judgement->findings[0]);
}

TEST(HuntTraces, AreTheSameByFingerprintOrByTheInnermostFunctions) {
  const Trace one =
      trace_in(record_with("1", {"malloc", "dup", "log", "close", "read"}));
  const Trace other_way =
      trace_in(record_with("2", {"malloc", "dup", "log", "close", "write"}));
  const Trace other_place =
      trace_in(record_with("2", {"malloc", "dup", "parse", "read"}));
  EXPECT_TRUE(is_same(one, other_way));
  EXPECT_FALSE(is_same(one, other_place));
  EXPECT_TRUE(is_same(other_way, other_place));
}

TEST(HuntTraces, WithoutAPlaceTheFingerprintDecides) {
  EXPECT_FALSE(is_same({"1", "", {}}, {"2", "", {}}));
  EXPECT_TRUE(is_same({"1", "", {}}, {"1", "f\n", {}}));
}

TEST(HuntTraces, ARunThatDoesNotFailReproducesNothing) {
  RunRecord record = record_with("1", {"f"});
  const Trace trace = trace_in(record);
  EXPECT_NE(reproduced(record, trace), nullptr);
  record.judgement->outcome = Outcome::kInconclusive;
  EXPECT_EQ(reproduced(record, trace), nullptr);
  record = record_with("1", {"f"});
  record.judgement->findings[0].fails = false;
  EXPECT_EQ(reproduced(record, trace), nullptr);
  record = record_with("1", {"f"});
  record.error = Error{};
  EXPECT_EQ(reproduced(record, trace), nullptr);
}

}  // namespace
}  // namespace tidemark
