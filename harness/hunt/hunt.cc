#include "harness/hunt/hunt.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "harness/hunt/alike.h"
#include "harness/hunt/killers.h"
#include "harness/hunt/patience.h"
#include "harness/hunt/smallest.h"
#include "harness/hunt/traces.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

class Hunt {
 public:
  Hunt(const HuntLimits& limits, const RunExperiment& run)
      : laboratory_(limits, run) {}

  void look_at(const HuntSubject& subject);
  HuntReport finish();

 private:
  // A finding that is followed up.
  struct Open {
    HuntFinding* finding;
    Trace trace;
    Ways suspects;                // those of its screening, without the control
    const Done* found = nullptr;  // what finds it with fewer ways
    bool shadow = false;  // gone from the screening without the guilty ways
  };

  bool plain(const HuntSubject& subject);
  const Done* watch_out(const HuntSubject& subject, const Done* done);
  // `from`: which of the open findings may be of the same cause.
  void screen(const HuntSubject& subject, Ways ways, std::ptrdiff_t from);
  void note_deaths(const HuntSubject& subject, const std::vector<Killer>& all);
  void note_growth(const Done& done, const Ways& suspects, std::ptrdiff_t from);
  void note_screen(const HuntSubject& subject, const Done& done,
                   std::size_t ways);
  void follow_up(const HuntSubject& subject, Open& open);
  bool is_shadow(const HuntSubject& subject, const Open& open);
  void drop_shadows();
  void wait_for_timeouts(const HuntSubject& subject);
  void settle(Open& open);
  bool over() const {
    return laboratory_.interrupt() || laboratory_.out_of_time() ||
           report_.error;
  }

  Laboratory laboratory_;
  HuntReport report_;
  std::deque<HuntFinding> findings_;  // addresses stay
  std::vector<Open> open_;            // of this subject
  std::ptrdiff_t plain_ = 0;  // so many of them every connection brings about
};

// In few words, for progress.
std::string title_of(const Finding& finding) {
  return fmt::format("{} per {}", to_word(finding.kind), finding.unit);
}

Ways without_control(const Ways& ways) {
  Ways others;
  std::copy_if(ways.begin(), ways.end(), std::back_inserter(others),
               [](const WeightedClose& way) { return !is_graceful(way); });
  return others;
}

// As many together as the cycles of a run tell apart, each group with its
// control.
constexpr std::size_t kTogether = 32;

std::vector<Ways> in_groups(const Ways& ways) {
  const Ways others = without_control(ways);
  const std::size_t groups = (others.size() + kTogether - 1) / kTogether;
  std::vector<Ways> all(groups, Ways{graceful_way()});
  for (std::size_t i = 0; i < others.size(); ++i)
    all[i * groups / others.size()].push_back(others[i]);
  return all;
}

void Hunt::look_at(const HuntSubject& subject) {
  open_.clear();
  plain_ = 0;
  if (!plain(subject)) return;
  plain_ = std::ssize(open_);
  // A peer that vanishes is noticed after a timeout if at all: what it leaves
  // must not be mixed with what the others leave.
  Ways prompt;
  Ways vanishing{graceful_way()};
  for (const WeightedClose& way : subject.ways)
    (vanishes(way) ? vanishing : prompt).push_back(way);
  const std::ptrdiff_t from = std::ssize(open_);
  for (const Ways& ways : in_groups(prompt))
    if (!over()) screen(subject, ways, from);
  if (vanishing.size() > 1 && !over())
    screen(subject, vanishing, std::ssize(open_));
  // What is sure first: what is in doubt may be a shadow of it.
  std::stable_partition(open_.begin(), open_.end(), [](const Open& open) {
    return open.finding->finding.fails;
  });
  for (Open& open : open_) follow_up(subject, open);
  wait_for_timeouts(subject);
  for (Open& open : open_) settle(open);
  drop_shadows();
  merge_alike(findings_);
}

// False: the service does not live through it, or does not answer at all.
bool Hunt::plain(const HuntSubject& subject) {
  const Done* done =
      laboratory_.perform(plain_experiment(subject), "graceful connections");
  if (done == nullptr) return false;
  done = watch_out(subject, done);
  if (done->record.error) {
    report_.error = done->record.error;
    return false;
  }
  note_screen(subject, *done, 1);
  note_growth(*done, {graceful_way()}, 0);
  for (Open& open : open_) open.found = done;
  return true;
}

void Hunt::screen(const HuntSubject& subject, Ways ways, std::ptrdiff_t from) {
  const Done* done = nullptr;
  for (;;) {
    done = laboratory_.perform(screening_experiment(subject, ways),
                               fmt::format("{} ways together", ways.size()));
    if (done == nullptr) return;
    done = watch_out(subject, done);
    if (!done->record.error) break;
    const std::vector<Killer> killers =
        find_killers(subject, ways, laboratory_);
    if (over()) return;
    note_deaths(subject, killers);
    if (killers.empty()) {
      HuntFinding& death = findings_.emplace_back();
      death.kind = HuntKind::kDeath;
      death.standing = HuntStanding::kSeenOnce;
      death.error = *done->record.error;
      death.ways = names_of(ways);
      death.scenario = done->scenario;
      death.record = done->record;
      note_screen(subject, *done, ways.size());
      return;
    }
    std::erase_if(ways, [&killers](const WeightedClose& way) {
      return std::any_of(killers.begin(), killers.end(),
                         [&way](const Killer& k) { return k.way == way; });
    });
    if (ways.size() < 2) return;
  }
  note_screen(subject, *done, ways.size());
  note_growth(*done, without_control(ways), from);
}

// What still goes away when a run ends is neither a leak nor clean: the same
// once more, watched for as long as that takes, or as there is patience for. A
// service that dies of that has died.
const Done* Hunt::watch_out(const HuntSubject& subject, const Done* done) {
  constexpr int kTimes = 2;  // a longer look may show that it goes slower
  for (int times = 0; times < kTimes && !over(); ++times) {
    Duration wanted{};
    for (const Finding* finding : suspicious(done->record))
      wanted =
          std::max(wanted, watch_that_decides(*finding).value_or(Duration{}));
    wanted = std::min(wanted, subject.patience);
    if (wanted <= done->scenario.cycles.linger) break;
    const Done* watched = laboratory_.perform(
        watched_for(done->scenario, wanted),
        fmt::format("watching for {:.0f} s what still goes away",
                    to_seconds(wanted)));
    if (watched == nullptr) break;
    done = watched;
    if (done->record.error) break;
  }
  return done;
}

void Hunt::note_screen(const HuntSubject& subject, const Done& done,
                       std::size_t ways) {
  HuntScreen screen;
  screen.protocol = subject.protocol;
  screen.url = subject.load.url;
  screen.ways = ways;
  screen.connections = done.record.connections.opened;
  screen.outcome = outcome_of(done.record);
  if (done.record.error) screen.reason = done.record.error->message;
  // Vanished peers that a service notices later than a cycle waits for leave it
  // undrained, and that is all there is to it where nothing is found.
  const Ways& tried = done.scenario.flows.front().close;
  const bool late = screen.outcome == Outcome::kInconclusive &&
                    suspicious(done.record).empty() &&
                    std::any_of(tried.begin(), tried.end(), vanishes);
  if (late) screen.outcome = Outcome::kPass;
  if (done.record.judgement) {
    screen.limit = done.record.judgement->limit;
    if (screen.outcome != Outcome::kPass && screen.outcome != Outcome::kLeak)
      screen.reason = done.record.judgement->reason;
  }
  report_.screens.push_back(std::move(screen));
}

// One finding for all ways that end it with the same words; its scenario has
// the first of them.
void Hunt::note_deaths(const HuntSubject& subject,
                       const std::vector<Killer>& all) {
  for (const Killer& killer : all) {
    const auto same = std::find_if(
        findings_.begin(), findings_.end(), [&](const HuntFinding& death) {
          return death.kind == HuntKind::kDeath &&
                 death.standing == HuntStanding::kConfirmed &&
                 death.scenario.flows.front().url == subject.load.url &&
                 death.error.message == killer.error.message;
        });
    if (same != findings_.end()) {
      same->ways.push_back(way_of(killer.way));
      continue;
    }
    HuntFinding& death = findings_.emplace_back();
    death.kind = HuntKind::kDeath;
    death.error = killer.error;
    death.ways = {way_of(killer.way)};
    const Finds dies = [](const RunRecord& record) {
      return record.error && record.error->kind == ErrorKind::kEnvironment;
    };
    const std::string what = "death by " + way_of(killer.way);
    const Done* done = find_guilty(subject, {killer.way}, {killer.way},
                                   laboratory_, dies, what);
    if (done == nullptr) {
      death.standing =
          over() ? HuntStanding::kNotFollowed : HuntStanding::kSeenOnce;
      death.scenario = short_experiment(subject, {graceful_way(), killer.way});
      continue;
    }
    done = find_smallest(done, true, {}, laboratory_, dies, what);
    if (done == nullptr || !dies(done->record)) continue;
    death.standing = HuntStanding::kConfirmed;
    death.scenario = done->scenario;
    death.record = done->record;
  }
}

// Every finding of it but those that every connection brings about, and those
// of the same cause. What two kinds of screening find at one place may have
// two.
void Hunt::note_growth(const Done& done, const Ways& suspects,
                       std::ptrdiff_t from) {
  for (const Finding* found : suspicious(done.record)) {
    const Trace trace = trace_of(done.record, *found);
    const auto is_known = [&](const Open& open) {
      return is_same(open.trace, trace);
    };
    if (std::any_of(open_.begin(), open_.begin() + plain_, is_known)) continue;
    const std::vector<std::string> blamed =
        names_of(blamed_ways(*found, suspects));
    const auto known =
        std::find_if(open_.begin() + from, open_.end(), is_known);
    if (known != open_.end()) {
      std::vector<std::string>& all = known->finding->blamed;
      all.insert(all.end(), blamed.begin(), blamed.end());
      continue;
    }
    HuntFinding& finding = findings_.emplace_back();
    finding.finding = *found;
    finding.screened_unit = found->unit;
    finding.blamed = blamed;
    finding.scenario = done.scenario;
    finding.record = done.record;
    finding.ways = names_of(done.scenario.flows.front().close);
    open_.push_back({&finding, trace, suspects});
  }
}

// What is in doubt beside a way that is guilty may be what that one leaves,
// seen through the noise: then it is not there without it.
bool Hunt::is_shadow(const HuntSubject& subject, const Open& open) {
  if (open.finding->finding.fails) return false;
  Ways rest = open.suspects;
  for (const Open& other : open_) {
    if (other.found == nullptr) continue;
    for (const WeightedClose& guilty : other.found->scenario.flows[0].close)
      std::erase_if(rest, [&guilty](const WeightedClose& way) {
        return way_of(way) == way_of(guilty);
      });
  }
  if (rest.size() == open.suspects.size() || rest.empty()) return false;
  rest.insert(rest.begin(), graceful_way());
  const Done* done = laboratory_.perform(
      in_a_hurry(screening_experiment(subject, rest)),
      fmt::format("{} ways without the guilty", rest.size()));
  if (done == nullptr || done->record.error) return false;
  const std::vector<const Finding*> left = suspicious(done->record);
  return std::none_of(left.begin(), left.end(), [&](const Finding* finding) {
    return is_same(trace_of(done->record, *finding), open.trace);
  });
}

void Hunt::drop_shadows() {
  std::deque<HuntFinding> kept;
  for (HuntFinding& finding : findings_) {
    const bool shadow =
        std::any_of(open_.begin(), open_.end(), [&finding](const Open& open) {
          return open.shadow && open.finding == &finding;
        });
    if (!shadow) kept.push_back(std::move(finding));
  }
  findings_ = std::move(kept);
  open_.clear();  // they led to the old ones
}

void Hunt::follow_up(const HuntSubject& subject, Open& open) {
  if (open.found != nullptr) return;
  open.shadow = is_shadow(subject, open);
  if (open.shadow) return;
  const Finds finds = [&open](const RunRecord& record) {
    return reproduced(record, open.trace) != nullptr;
  };
  const Ways blamed = blamed_ways(open.finding->finding, open.suspects);
  // It may have come with another one that was followed up before.
  if (blamed.empty()) {
    for (const Done& done : laboratory_.done()) {
      const Ways ways = without_control(done.scenario.flows.front().close);
      const bool alone = ways.size() == 1 &&
                         std::find(open.suspects.begin(), open.suspects.end(),
                                   ways.front()) != open.suspects.end();
      if (done.scenario.flows.front().url == subject.load.url && alone &&
          finds(done.record))
        open.found = &done;
    }
  }
  if (open.found == nullptr)
    open.found = find_guilty(subject, blamed, open.suspects, laboratory_, finds,
                             title_of(open.finding->finding));
  if (open.found == nullptr)
    open.finding->standing =
        over() ? HuntStanding::kNotFollowed : HuntStanding::kSeenOnce;
}

// One long run with all that is guilty shows what goes away by itself.
void Hunt::wait_for_timeouts(const HuntSubject& subject) {
  if (subject.patience <= Duration{}) return;
  Ways all;
  FactorSpec factors;
  for (const Open& open : open_) {
    const bool time = open.finding->finding.kind == FindingClass::kTimeGrowth;
    if (open.found == nullptr || time) continue;
    const FactorSpec& tried = open.found->scenario.cycles.factors;
    if (tried.any()) factors = tried;
    for (WeightedClose way : open.found->scenario.flows.front().close) {
      way.weight = 1;
      if (std::find(all.begin(), all.end(), way) == all.end())
        all.push_back(way);
    }
  }
  if (all.empty() || over()) return;
  const Done* done = laboratory_.perform(
      patient_experiment(subject, all, factors),
      fmt::format("does it stay for {:.0f} s", to_seconds(subject.patience)));
  if (done == nullptr || done->record.error) return;
  for (Open& open : open_) {
    const bool time = open.finding->finding.kind == FindingClass::kTimeGrowth;
    if (open.found == nullptr || time) continue;
    open.finding->watched = idle_time(done->record);
    const Ways& ways = open.found->scenario.flows.front().close;
    const Ways guilty = ways.size() > 1 ? without_control(ways) : ways;
    // What a smaller level brought about does not come at the largest.
    if (open.found->scenario.cycles.factors.any() &&
        reproduced(done->record, open.trace) == nullptr)
      continue;
    if (!stays(done->record, open.trace, guilty))
      open.finding->standing = HuntStanding::kReleased;
  }
}

void Hunt::settle(Open& open) {
  if (open.found == nullptr) return;
  HuntFinding& finding = *open.finding;
  const bool released = finding.standing == HuntStanding::kReleased;
  const Finds finds = [&open](const RunRecord& record) {
    return reproduced(record, open.trace) != nullptr;
  };
  const Finding* in_it = reproduced(open.found->record, open.trace);
  // A finding in doubt that the plainest run has is no more than that.
  if (in_it == nullptr) {
    finding.standing = HuntStanding::kSeenOnce;
    return;
  }
  const Done* done = open.found;
  if (!released) {
    // What was watched for long before it was known is judged so again.
    done =
        find_smallest(done, in_it->rate.exact, finding.scenario.cycles.linger,
                      laboratory_, finds, title_of(finding.finding));
    if (done == nullptr || !finds(done->record)) {
      finding.standing =
          over() ? HuntStanding::kNotFollowed : HuntStanding::kSeenOnce;
      return;
    }
    finding.standing = HuntStanding::kConfirmed;
  }
  finding.finding = *reproduced(done->record, open.trace);
  finding.scenario = done->scenario;
  finding.record = done->record;
  const Ways guilty = without_control(done->scenario.flows.front().close);
  finding.ways =
      guilty.empty() ? std::vector<std::string>{"graceful"} : names_of(guilty);
}

HuntReport Hunt::finish() {
  report_.findings.assign(findings_.begin(), findings_.end());
  report_.runs = laboratory_.done().size();
  report_.took = laboratory_.took();
  report_.out_of_time = laboratory_.out_of_time();
  if (laboratory_.interrupt()) report_.error = laboratory_.interrupt();
  return std::move(report_);
}

}  // namespace

HuntReport hunt(const std::vector<HuntSubject>& subjects,
                const HuntLimits& limits, const RunExperiment& run) {
  Hunt hunt(limits, run);
  for (const HuntSubject& subject : subjects) hunt.look_at(subject);
  return hunt.finish();
}

}  // namespace tidemark
