// Runs of two versions as comparisons meet them, small enough to be changed
// by hand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tidemark/run_record.h"

namespace tidemark {

// A leak of so many bytes in one object per connection, that fails.
inline Finding leak_of(std::string fingerprint, double bytes, double low,
                       double high) {
  Finding finding;
  finding.kind = FindingClass::kLeak;
  finding.fails = true;
  finding.unit = "connection";
  finding.rate = {bytes, 1, bytes, 1, low == high, low, high};
  finding.sites = {5};
  finding.objects = {700};
  finding.fingerprint = std::move(fingerprint);
  return finding;
}

inline Finding leak_of(std::string fingerprint, double bytes) {
  return leak_of(std::move(fingerprint), bytes, bytes, bytes);
}

// Its loaded cycles of 100 connections: replies per second while playing,
// whose latency is the inverse.
inline CycleFacts paced_cycle(std::uint32_t index, double per_second) {
  CycleFacts facts;
  facts.index = {index};
  facts.load.attempted = {100};
  facts.pace.replies = {200};
  const auto seconds = [](double value) {
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(value));
  };
  facts.pace.playing = seconds(200 / per_second);
  facts.pace.reply_median = seconds(1 / per_second);
  facts.pace.reply_p99 = seconds(3 / per_second);
  facts.pace.handshake_median = seconds(2 / per_second);
  return facts;
}

inline RunRecord run_with(std::vector<Finding> findings,
                          double per_second = 1000, double peak = 5000) {
  RunRecord record;
  record.scenario_path = "chat.yaml";
  record.scenario_name = "chat";
  record.started_at = "2026-01-02T03:04:05Z";
  record.partial = false;
  record.open = OpenMemory{{100}, {static_cast<std::int64_t>(100 * peak)}, {}};
  for (std::uint32_t i = 1; i <= 3; ++i)
    record.cycles.push_back(paced_cycle(i, per_second));
  Judgement judgement;
  judgement.limit = {5, 0.02, {700}};
  judgement.outcome = Outcome::kPass;
  judgement.reason = "nothing stays behind 700 connections";
  for (const Finding& finding : findings) {
    if (!finding.fails) continue;
    judgement.outcome = Outcome::kLeak;
    judgement.reason = "the service keeps something";
  }
  judgement.findings = std::move(findings);
  record.judgement = std::move(judgement);
  SiteRecord site;
  site.id = 5;
  site.frames = {{"malloc", "", 0, "libc.so.6", false, true},
                 {"chat_join(unsigned long)", "src/chat.cc", 39, "/srv/chat",
                  false, false}};
  record.sites = {site};
  return record;
}

}  // namespace tidemark
