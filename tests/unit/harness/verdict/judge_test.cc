#include "harness/verdict/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

using testing::HasSubstr;

std::int64_t connections(const PlannedCycle& cycle) {
  return cycle.connections.value;
}

TEST(Judge, ABlockPerConnectionIsALeakOfThatManyBytesExactly) {
  FakeRun run(three_closes());
  const SiteId entry = run.site(96, 1);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(entry, connections(cycle));
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  ASSERT_EQ(verdict.findings.size(), 1u);
  const Finding& finding = verdict.findings.front();
  EXPECT_EQ(finding.kind, FindingClass::kLeak);
  EXPECT_TRUE(finding.fails);
  EXPECT_EQ(finding.unit, "connection");
  EXPECT_EQ(finding.rate.bytes_per_connection, 96);
  EXPECT_EQ(finding.rate.objects_per_connection, 1);
  EXPECT_TRUE(finding.rate.exact);
  EXPECT_EQ(finding.rate.bytes_per_connection_low, 96);
  EXPECT_EQ(finding.rate.bytes_per_connection_high, 96);
  EXPECT_EQ(finding.objects, Count{1500});
  EXPECT_EQ(finding.residue, Bytes{1500 * 96});
  EXPECT_EQ(finding.rings.size(), 12u);
  EXPECT_EQ(finding.explanation,
            "every one of 9 loaded cycles left exactly 1 block of 96 B per "
            "connection; idle cycles left none");
  EXPECT_EQ(verdict.reason,
            "the service keeps 96 B in 1 object for every connection");
}

TEST(Judge, WithOneWayToCloseTheUnitIsTheConnection) {
  FakeRun run(Scenario{});
  const SiteId entry = run.site(96, 1);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(entry, 3 * connections(cycle));
      }));
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().unit, "connection");
  EXPECT_EQ(verdict.findings.front().rate.objects_per_connection, 3);
}

TEST(Judge, GrowthThatSlowsDownButGoesOnIsNotPassed) {
  FakeRun run(three_closes());
  const SiteId slow = run.site(64, 1);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(slow, connections(cycle) / (r.now() < 9 ? 10 : 30));
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kInconclusive) << verdict.reason;
}

TEST(Judge, LeaksThatDoNotVaryTogetherAreTwoFindings) {
  FakeRun run(three_closes());
  const SiteId one = run.site(64, 1);
  const SiteId two = run.site(72, 2);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        for (std::int64_t i = 0; i < connections(cycle); ++i) {
          r.born(one, r.random() % 8 == 0 ? 1 : 0);
          r.born(two, r.random() % 8 == 0 ? 1 : 0);
        }
      }));
  ASSERT_EQ(verdict.findings.size(), 2u);
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  for (const Finding& finding : verdict.findings) {
    EXPECT_EQ(finding.kind, FindingClass::kLeak);
    EXPECT_FALSE(finding.rate.exact);
    EXPECT_LT(finding.rate.bytes_per_connection_low,
              finding.rate.bytes_per_connection);
  }
}

TEST(Judge, RandomGrowthWithoutAnIdleMomentIsNotBlamedOnConnections) {
  Scenario scenario = three_closes();
  scenario.cycles.idle = 0;
  FakeRun run(scenario);
  const SiteId site = run.site(64, 1);
  Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        for (std::int64_t i = 0; i < connections(cycle); ++i) {
          r.born(site, r.random() % 8 == 0 ? 1 : 0);
        }
      });
  evidence.linger.clear();
  EXPECT_EQ(judge(evidence).outcome, Outcome::kInconclusive);
}

TEST(Judge, TwentyThousandSitesAreJudged) {
  FakeRun run(three_closes());
  std::vector<SiteId> sites;
  for (int i = 0; i < 20000; ++i) {
    sites.push_back(run.site(16 + i % 64, static_cast<std::uint32_t>(i / 4)));
  }
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle&, double) {
        for (int i = 0; i < 1000; ++i) {
          const SiteId site = sites[r.random() % sites.size()];
          r.free_up_to(site, r.now());
          r.born(site, 1);
        }
      }));
  EXPECT_NE(verdict.outcome, Outcome::kLeak) << verdict.reason;
}

TEST(Judge, ALeakZoomedAfterTheWarmupIsOneFinding) {
  FakeRun run(three_closes());
  const SiteId entry = run.site(96, 1, true, 7);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(entry, connections(cycle));
      }));
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().sites, std::vector<SiteId>{1});
  EXPECT_EQ(verdict.findings.front().rate.bytes_per_connection, 96);
  EXPECT_TRUE(verdict.findings.front().rate.exact);
}

TEST(Judge, ALeakOnResetAndFinIsPerAbnormalClose) {
  FakeRun run(three_closes());
  const SiteId log = run.site(40, 1);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(log, closes(cycle, CloseBehavior::kReset) +
                        closes(cycle, CloseBehavior::kFin));
      }));
  ASSERT_EQ(verdict.findings.size(), 1u);
  const Finding& finding = verdict.findings.front();
  EXPECT_EQ(finding.unit, "abnormal close");
  EXPECT_TRUE(finding.rate.exact);
  EXPECT_EQ(finding.rate.objects_per_unit, 1);
  EXPECT_EQ(finding.rate.bytes_per_unit, 40);
}

TEST(Judge, ALeakOnOneCloseIsPerThatClose) {
  for (const CloseBehavior how :
       {CloseBehavior::kGraceful, CloseBehavior::kReset, CloseBehavior::kFin}) {
    FakeRun run(three_closes());
    const SiteId log = run.site(40, 1);
    const Judgement verdict =
        judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
          r.born(log, 2 * closes(cycle, how));
        }));
    ASSERT_EQ(verdict.findings.size(), 1u);
    EXPECT_EQ(verdict.findings.front().unit,
              std::string(to_word(how)) + " close");
    EXPECT_EQ(verdict.findings.front().rate.objects_per_unit, 2);
    EXPECT_TRUE(verdict.findings.front().rate.exact);
  }
}

TEST(Judge, DifferentRatesPerCloseAreSaidInTheSentence) {
  FakeRun run(three_closes());
  const SiteId log = run.site(40, 1);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(log, closes(cycle, CloseBehavior::kGraceful) +
                        3 * closes(cycle, CloseBehavior::kReset));
      }));
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().unit, "connection");
  EXPECT_TRUE(verdict.findings.front().rate.exact);
  EXPECT_THAT(verdict.findings.front().explanation,
              HasSubstr("exactly 1 per graceful close, 3 per reset close (40 B "
                        "each)"));
}

// Seven for each of seven messages, or for each connection.
TEST(Judge, AsManyBlocksAsMessagesArePerConnectionPerhapsPerMessage) {
  for (const std::uint32_t messages : {2u, 7u}) {
    Scenario scenario = three_closes();
    scenario.flows[0].traffic.messages = messages;
    FakeRun run(scenario);
    const SiteId history = run.site(80, 1, true, 3);
    const Judgement verdict =
        judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
          r.born(history, messages * connections(cycle));
        }));
    ASSERT_EQ(verdict.findings.size(), 1u);
    const Finding& finding = verdict.findings.front();
    EXPECT_EQ(finding.unit, "connection");
    EXPECT_EQ(finding.rivals, std::vector<std::string>{"message"});
    EXPECT_EQ(finding.rate.bytes_per_unit, 80 * messages);
    EXPECT_EQ(finding.rate.bytes_per_connection, 80 * messages);
    EXPECT_THAT(finding.explanation, HasSubstr("; perhaps 1 per message"));
  }
}

TEST(Judge, ABlockPerMessageIsPerMessageWhereTheirNumberDiffers) {
  Scenario scenario = three_closes();
  FakeRun run(scenario);
  const SiteId history = run.site(80, 1);
  Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(history, connections(cycle) * (r.now() % 2 == 0 ? 2 : 5));
      });
  for (CycleFacts& facts : evidence.cycles) {
    const std::int64_t each = facts.index.value % 2 == 0 ? 2 : 5;
    facts.settings.messages = static_cast<std::uint32_t>(each);
    facts.load.messages_sent = {each * facts.load.opened.value};
  }
  const Judgement verdict = judge(evidence);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().unit, "message");
  EXPECT_TRUE(verdict.findings.front().rivals.empty());
  EXPECT_EQ(verdict.findings.front().rate.bytes_per_unit, 80);
}

TEST(Judge, ThreeBlocksPerLoadedCycleArePerCycle) {
  FakeRun run(three_closes());
  const SiteId batch = run.site(80, 1);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(batch, connections(cycle) > 0 ? 3 : 0);
      }));
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().unit, "cycle");
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
}

TEST(Judge, GrowthInIdleCyclesTooIsTimeGrowth) {
  FakeRun run(three_closes());
  const SiteId tick = run.site(64, 1);
  double owed = 0;
  const auto ticking = [&](FakeRun& r, const PlannedCycle&, double seconds) {
    owed += 100 * seconds;
    const auto whole = static_cast<std::int64_t>(owed);
    r.born(tick, whole);
    owed -= static_cast<double>(whole);
  };
  const Judgement verdict = judge(run.play(ticking, ticking));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  ASSERT_EQ(verdict.findings.size(), 1u);
  const Finding& finding = verdict.findings.front();
  EXPECT_EQ(finding.kind, FindingClass::kTimeGrowth);
  EXPECT_EQ(finding.unit, "second");
  EXPECT_NEAR(finding.rate.objects_per_unit, 100, 3);
}

TEST(Judge, ASlowTickerIsFoundByTheLingerWatch) {
  FakeRun run(three_closes());
  const SiteId tick = run.site(64, 1);
  double owed = 0;
  const auto ticking = [&](FakeRun& r, const PlannedCycle&, double seconds) {
    owed += 3 * seconds;
    const auto whole = static_cast<std::int64_t>(owed);
    r.born(tick, whole);
    owed -= static_cast<double>(whole);
  };
  const Judgement verdict = judge(run.play(ticking, ticking));
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().kind, FindingClass::kTimeGrowth);
}

TEST(Judge, AllowedTimeGrowthPasses) {
  Scenario scenario = three_closes();
  scenario.expect.allow_time_growth = true;
  FakeRun run(scenario);
  const SiteId tick = run.site(64, 1);
  const auto ticking = [&](FakeRun& r, const PlannedCycle&, double seconds) {
    r.born(tick, static_cast<std::int64_t>(100 * seconds));
  };
  const Judgement verdict = judge(run.play(ticking, ticking));
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().kind, FindingClass::kTimeGrowth);
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
}

// The cap is reached in the warm-up, in the measured part, and exactly at
// the end of the first loaded block.
TEST(Judge, ALruCacheIsBoundedWhereverItsCapIsReached) {
  for (const bool zoomed : {false, true}) {
    for (const std::int64_t cap : {100, 250, 600, 1000, 1300, 1500, 1700}) {
      FakeRun run(three_closes(), 5);
      const SiteId cache = run.site(128, 1, zoomed);
      const Judgement verdict =
          judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
            r.born(cache, connections(cycle));
            r.free_oldest(cache, r.level(cache) - cap);
          }));
      EXPECT_EQ(verdict.outcome, Outcome::kPass)
          << "cap " << cap << ": " << verdict.reason;
      ASSERT_EQ(verdict.findings.size(), 1u);
      EXPECT_EQ(verdict.findings.front().kind, FindingClass::kBounded);
      EXPECT_FALSE(verdict.findings.front().fails);
    }
  }
}

TEST(Judge, ACacheThatIsFullOnlyAtTheVeryEndIsNotCalledALeak) {
  FakeRun run(three_closes(), 5);
  const SiteId cache = run.site(128, 1);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(cache, connections(cycle));
        r.free_oldest(cache, r.level(cache) - 2200);
      }));
  EXPECT_NE(verdict.outcome, Outcome::kLeak) << verdict.reason;
}

TEST(Judge, APoolSizedByThePeakPassesWithoutAWord) {
  FakeRun run(three_closes());
  const SiteId pool = run.site(16384, 1);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(pool, connections(cycle) - r.level(pool));
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  EXPECT_TRUE(verdict.findings.empty());
}

TEST(Judge, ASlowReleaseIsLingeringAndSaysHowLong) {
  FakeRun run(three_closes());
  const SiteId timer = run.site(256, 1);
  double clock = 0;
  std::vector<std::pair<std::uint32_t, double>> due;
  const auto live = [&](FakeRun& r, const PlannedCycle& cycle, double seconds) {
    clock += seconds;
    r.born(timer, connections(cycle));
    if (connections(cycle) > 0) due.emplace_back(r.now(), clock + 3.0);
    for (const auto& [born, when] : due) {
      if (when <= clock) r.free_up_to(timer, born);
    }
  };
  const Judgement verdict = judge(run.play(live, live));
  EXPECT_EQ(verdict.outcome, Outcome::kPass) << verdict.reason;
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().kind, FindingClass::kLingering);
  ASSERT_TRUE(verdict.findings.front().linger.has_value());
  EXPECT_EQ(*verdict.findings.front().linger, std::chrono::seconds(3));
}

TEST(Judge, ALeakBesideALateReleaseOfTheSameSiteIsStillExact) {
  FakeRun run(three_closes());
  const SiteId mixed = run.site(256, 1);
  const auto live = [&](FakeRun& r, const PlannedCycle& cycle, double) {
    r.born(mixed, connections(cycle));
  };
  Evidence evidence = run.play(live);
  // At the last snapshot a second block per connection is still on its way.
  RingReading& last = evidence.sites[0].readings.back();
  last.objects.value *= 2;
  last.bytes.value *= 2;
  const Judgement verdict = judge(evidence);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().kind, FindingClass::kLeak);
  EXPECT_EQ(verdict.findings.front().rate.objects_per_connection, 1);
  EXPECT_THAT(verdict.findings.front().explanation,
              HasSubstr("went away within"));
}

TEST(Judge, AOneOffInitialisationIsNoLeak) {
  for (const std::uint32_t when : {6u, 9u, 12u, 17u}) {
    FakeRun run(three_closes());
    const SiteId lazy = run.site(48, 1);
    const SiteId single = run.site(32, 2);
    const Judgement verdict =
        judge(run.play([&](FakeRun& r, const PlannedCycle&, double) {
          if (r.now() != when) return;
          r.born(lazy, 300);
          r.born(single, 1);
        }));
    EXPECT_EQ(verdict.outcome, Outcome::kPass) << verdict.reason;
    ASSERT_EQ(verdict.findings.size(), 1u);
    EXPECT_EQ(verdict.findings.front().kind, FindingClass::kBounded);
  }
}

TEST(Judge, ADoublingTableBesideANodeLeakIsNoSecondLeak) {
  FakeRun run(three_closes());
  const SiteId node = run.site(72, 1);
  std::vector<SiteId> tables;
  for (std::int64_t slots = 64; slots <= 8192; slots *= 2) {
    tables.push_back(run.site(slots * 8, 2));
  }
  std::size_t table = 0;
  std::int64_t entries = 0;
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(node, connections(cycle));
        entries += connections(cycle);
        while (entries > (std::int64_t{64} << table)) {
          r.free_up_to(tables[table], 1000);
          ++table;
          r.born(tables[table], 1);
        }
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  ASSERT_FALSE(verdict.findings.empty());
  EXPECT_EQ(verdict.findings.front().rate.bytes_per_connection, 72);
  EXPECT_TRUE(verdict.findings.front().rate.exact);
  EXPECT_EQ(std::count_if(verdict.findings.begin(), verdict.findings.end(),
                          [](const Finding& f) {
                            return f.kind == FindingClass::kLeak ||
                                   f.kind == FindingClass::kUndecided;
                          }),
            1);
}

TEST(Judge, SitesThatGrowTogetherAreOneFindingNamedByTheLargest) {
  FakeRun run(three_closes());
  const SiteId node = run.site(40, 1);
  const SiteId session = run.site(512, 2);
  const SiteId chunk = run.site(512, 3);  // one per eight connections
  std::int64_t entries = 0;
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(node, connections(cycle));
        r.born(session, connections(cycle));
        const std::int64_t before = entries;
        entries += connections(cycle);
        r.born(chunk, entries / 8 - before / 8);
      }));
  ASSERT_EQ(verdict.findings.size(), 1u);
  const Finding& finding = verdict.findings.front();
  EXPECT_EQ(finding.sites,
            (std::vector<SiteId>{2 * session, 2 * chunk, 2 * node}));
  EXPECT_NEAR(finding.rate.bytes_per_connection, 512 + 64 + 40, 1);
  EXPECT_THAT(finding.explanation, HasSubstr("2 more sites grow with it"));
}

TEST(Judge, TwoIndependentLeaksAreTwoFindingsTheLargerFirst) {
  FakeRun run(three_closes());
  const SiteId log = run.site(40, 1);
  const SiteId session = run.site(512, 2);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(log, closes(cycle, CloseBehavior::kReset));
        r.born(session, connections(cycle));
      }));
  ASSERT_EQ(verdict.findings.size(), 2u);
  EXPECT_EQ(verdict.findings[0].unit, "connection");
  EXPECT_EQ(verdict.findings[0].sites.front(), 2 * session);
  EXPECT_EQ(verdict.findings[1].unit, "reset close");
}

TEST(Judge, StringsOfVaryingLengthFromOnePlaceAreOneLeak) {
  FakeRun run(three_closes());
  std::vector<SiteId> sizes;
  for (std::int64_t size = 20; size < 30; ++size) {
    sizes.push_back(run.site(size, 4, true, 9));
  }
  std::int64_t bytes = 0;
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        for (std::int64_t i = 0; i < closes(cycle, CloseBehavior::kReset);
             ++i) {
          const std::size_t pick = r.random() % sizes.size();
          r.born(sizes[pick], 1);
          if (r.now() > r.baseline()) {
            bytes += 20 + static_cast<std::int64_t>(pick);
          }
        }
      }));
  ASSERT_EQ(verdict.findings.size(), 1u);
  const Finding& finding = verdict.findings.front();
  EXPECT_EQ(finding.kind, FindingClass::kLeak);
  EXPECT_EQ(finding.unit, "reset close");
  EXPECT_EQ(finding.rate.objects_per_unit, 1);
  EXPECT_NEAR(finding.rate.bytes_per_connection,
              static_cast<double>(bytes) / 1500, 1e-9);
}

TEST(Judge, AContainerThatVanishesIsNoFinding) {
  FakeRun run(three_closes());
  const SiteId queue = run.site(512, 1);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        // Filled in the warm-up and the first measured cycles, then dropped.
        if (r.now() < 8) r.born(queue, connections(cycle));
        if (r.now() == 14) r.free_up_to(queue, 1000);
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  EXPECT_TRUE(verdict.findings.empty());
}

TEST(Judge, ACleanServicePassesAndSaysWhatItWouldHaveSeen) {
  FakeRun run(three_closes());
  const Judgement verdict =
      judge(run.play([](FakeRun&, const PlannedCycle&, double) {}));
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  EXPECT_EQ(verdict.limit.connections, Count{1500});
  EXPECT_DOUBLE_EQ(verdict.limit.objects_per_connection, 14.0 / 1500);
  EXPECT_DOUBLE_EQ(verdict.limit.bytes_per_connection, 14.0 * 16 / 1500);
  EXPECT_THAT(verdict.reason,
              HasSubstr("nothing stays behind 1,500 connections"));
}

TEST(Judge, TheSameEvidenceGivesTheSameJudgement) {
  FakeRun run(three_closes());
  const SiteId entry = run.site(96, 1);
  const Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(entry, connections(cycle) / 3);
      });
  EXPECT_EQ(judge(evidence), judge(evidence));
}

TEST(Judge, SingleRingOfSurvivorsInAOneCycleRunIsInconclusive) {
  Scenario scenario = three_closes();
  scenario.cycles.loaded = 1;
  scenario.cycles.half = 0;
  scenario.cycles.idle = 0;
  FakeRun run(scenario);
  const SiteId entry = run.site(96, 1);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(entry, connections(cycle));
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kInconclusive) << verdict.reason;
}

}  // namespace
}  // namespace tidemark
