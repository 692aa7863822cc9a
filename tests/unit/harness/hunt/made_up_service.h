// A service that is described and not run: what each way leaves behind, and
// which kill it.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/hunt/hunt.h"
#include "tidemark/ways.h"

namespace tidemark {

class MadeUpService {
 public:
  // Of places by name: the ways that leave something there. "graceful" among
  // them: every connection does.
  std::map<std::string, std::set<std::string>> leaks;
  std::set<std::string> released;  // places that are empty after a while
  // Places that are one where few ways are tried: a frame further out.
  std::set<std::string> same_alone;
  // Places that are in doubt while the way is tried.
  std::map<std::string, std::string> shadows;
  // Places whose blocks go away by themselves: half of them each so long.
  std::map<std::string, Duration> fading;
  Duration dies_when_watched = std::chrono::hours(1);  // for so long
  bool undrained = false;                              // where peers vanish
  std::set<std::string> of_large;  // places that only large messages fill
  std::set<std::string> of_small;  // or only small ones
  std::set<std::string> deadly;
  // It dies when both are tried, and of neither alone.
  std::set<std::string> deadly_together;
  std::uint32_t least_connections = 1;  // with fewer nothing shows
  bool needs_messages = false;
  bool exact = true;
  // The finding of a run with several guilty ways names them.
  bool names_ways = true;

  std::vector<Scenario> runs;
  Duration each_takes = std::chrono::seconds(1);

  RunRecord run(const Scenario& scenario) {
    runs.push_back(scenario);
    RunRecord record;
    record.partial = false;
    record.took = each_takes;
    const LoadSpec& load = scenario.flows.front();
    std::set<std::string> ways;
    for (const WeightedClose& way : load.close) ways.insert(way_of(way));
    record.connections.opened = Count{load.connections};
    if (dies(ways) || scenario.cycles.linger >= dies_when_watched) {
      record.error = Error{ErrorKind::kEnvironment, "it died", ""};
      return record;
    }
    record.judgement.emplace();
    record.judgement->outcome = Outcome::kPass;
    if (load.connections < least_connections) return record;
    if (needs_messages && load.flow.empty() && load.traffic.messages == 0)
      return record;
    // The first has been idle for long when the third is over.
    record.cycles.resize(3);
    for (std::uint32_t i = 0; i < 3; ++i) record.cycles[i].index = {i + 1};
    for (const std::string& way : ways) {
      record.cycles[0].load.closed[way] = Count{10};
      record.cycles[2].load.closed[way] = Count{10};
    }
    record.cycles[1].kind = CycleKind::kIdle;
    record.cycles[1].finished = std::chrono::seconds(scenario.cycles.idle);
    patient_ = scenario.cycles.idle > CycleSpec{}.idle;
    SiteId site = 1;
    for (const auto& [place, guilty] : leaks) {
      if (of_large.contains(place) && !has_large(scenario)) continue;
      if (of_small.contains(place) && !has_small(scenario)) continue;
      add_leak(record, place, guilty, ways, site++);
    }
    for (const auto& [place, way] : shadows) {
      if (!ways.contains(way) || ways.size() < 5) continue;
      Finding doubt;
      doubt.fingerprint = place;
      doubt.unit = "connection";
      record.judgement->findings.push_back(doubt);
    }
    for (const auto& [place, half_life] : fading) {
      if (scenario.cycles.linger >= 7 * half_life) continue;
      Finding doubt;
      doubt.fingerprint = place;
      doubt.unit = "connection";
      doubt.half_life = half_life;
      record.judgement->findings.push_back(doubt);
      record.judgement->outcome = Outcome::kInconclusive;
    }
    if (undrained && ways.contains("half_open") &&
        record.judgement->findings.empty())
      record.judgement->outcome = Outcome::kInconclusive;
    return record;
  }

 private:
  bool patient_ = false;

  bool dies(const std::set<std::string>& ways) const {
    for (const std::string& way : deadly)
      if (ways.contains(way)) return true;
    return !deadly_together.empty() &&
           std::includes(ways.begin(), ways.end(), deadly_together.begin(),
                         deadly_together.end());
  }

  // In each message, or as the level of a factor.
  static bool has_large(const Scenario& scenario) {
    constexpr Bytes kLarge{8 << 10};
    const std::vector<Bytes>& sizes = scenario.cycles.factors.sizes;
    return scenario.flows.front().traffic.size >= kLarge ||
           std::find(sizes.begin(), sizes.end(), kLarge) != sizes.end();
  }

  static bool has_small(const Scenario& scenario) {
    return scenario.cycles.factors.any() || !has_large(scenario);
  }

  void add_leak(RunRecord& record, const std::string& place,
                const std::set<std::string>& guilty,
                const std::set<std::string>& ways, SiteId site) const {
    std::vector<std::string> blamed;
    std::set_intersection(guilty.begin(), guilty.end(), ways.begin(),
                          ways.end(), std::back_inserter(blamed));
    const bool every = guilty.contains("graceful");
    if (blamed.empty()) return;
    Finding finding;
    finding.kind = FindingClass::kLeak;
    finding.fails = true;
    finding.fingerprint = place;
    const bool one = ways.size() < 3 && same_alone.contains(place);
    finding.sites = {site};
    finding.rate.exact = exact;
    finding.unit =
        every || !names_ways || blamed.size() > 1
            ? "connection"
            : blamed.front() +
                  (blamed.front().starts_with('p') ? " provocation" : " close");
    const bool gone = patient_ && released.contains(place);
    finding.rings = {{{1}, Count{10}, {}, Count{gone ? 0 : 10}},
                     {{3}, Count{10}, {}, Count{10}}};
    SiteRecord known;
    known.id = site;
    known.frames = {Frame{place, "service.cc", 1, "service", false, false}};
    if (one)
      known.frames.insert(known.frames.begin(),
                          {{"dup", "", 0, "", false, false},
                           {"copy", "", 0, "", false, false},
                           {"keep", "", 0, "", false, false}});
    record.sites.push_back(known);
    record.judgement->findings.push_back(finding);
    record.judgement->outcome = Outcome::kLeak;
  }
};

// A subject with these behaviours and so many provocations, "p0", "p1" ….
inline HuntSubject subject_with(std::vector<CloseBehavior> behaviors,
                                std::size_t provocations) {
  EngineWords words;
  words.behaviors = std::move(behaviors);
  for (std::size_t i = 0; i < provocations; ++i)
    words.provocations.push_back("p" + std::to_string(i));
  HuntSubject subject;
  subject.name = "service";
  subject.protocol = "websocket";
  subject.load.url = "ws://127.0.0.1:{{ port }}/";
  subject.ways = all_ways(words, false, false);
  return subject;
}

}  // namespace tidemark
