#include "harness/report/pprof.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

#include "harness/report/printable_record.h"
#include "harness/report/profile_builder.h"
#include "harness/report/retention_text.h"
#include "harness/report/site_text.h"

namespace tidemark {
namespace {

std::vector<ProfileLabel> labels_of(const Finding& finding) {
  return {{"finding", finding.fingerprint},
          {"class", to_word(finding.kind)},
          {"unit", finding.unit},
          {"suppressed", finding.suppressed ? finding.suppressed->rule : ""}};
}

void add_share(const RunRecord& record, const Finding& finding,
               const SiteShare& share, ProfileBuilder& profile) {
  const SiteRecord* site = find_site(record, share.site);
  if (site == nullptr || share.objects.value <= 0) return;
  profile.add_sample(site->frames, share.objects, share.bytes,
                     labels_of(finding), site->size);
}

// "2026-11-21T15:00:00Z" as nanoseconds since 1970; 0 if it is no such text.
std::int64_t unix_nanoseconds(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2u:%2u:%2uZ", &year, &month, &day,
                  &hour, &minute, &second) != 6)
    return 0;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(month),
                                         std::chrono::day(day)};
  // Further on there are no nanoseconds.
  if (!date.ok() || year < 1970 || year > 2200) return 0;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                    std::chrono::minutes(minute) + std::chrono::seconds(second);
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

// A block on the way as a function that was called by its holder: named by
// what it is and by who allocated it.
Frame holder_frame(const RunRecord& record, const Holder& holder) {
  Frame shown;
  const SiteRecord* site = find_site(record, holder.site);
  const Frame* by = site ? guilty_frame(*site) : nullptr;
  if (by != nullptr) shown = *by;
  shown.inlined = false;
  shown.function = holder_name(holder, site);
  return shown;
}

Frame named_frame(std::string name) {
  Frame frame;
  frame.function = std::move(name);
  return frame;
}

// Profiles have whole numbers; a record may have any.
Bytes leak_share(const RetainingPath& path) {
  constexpr double kMost = 1e18;
  if (!(path.share > 0)) return {};
  return Bytes{std::llround(std::min(path.share, kMost))};
}

void add_path(const RunRecord& record, const RetainingPath& path,
              std::vector<ProfileLabel> labels, ProfileBuilder& profile) {
  std::vector<Frame> stack;
  for (auto at = path.holders.rbegin(); at != path.holders.rend(); ++at)
    stack.push_back(holder_frame(record, *at));
  stack.push_back(named_frame(path.root_name));
  labels.push_back({"root", to_word(path.root)});
  labels.push_back({"retained", "", path.retained});
  labels.push_back({"leak_share", "", leak_share(path)});
  profile.add_sample(stack, path.objects, path.bytes, labels);
}

void add_retention(const RunRecord& record, const Retention& retention,
                   const std::vector<ProfileLabel>& labels, const Frame& lost,
                   ProfileBuilder& profile) {
  for (const RetainingPath& path : retention.paths)
    add_path(record, path, labels, profile);
  if (retention.unreachable.value > 0)
    profile.add_sample({lost, named_frame("lost: no pointer to it is left")},
                       retention.unreachable, retention.unreachable_bytes,
                       labels);
}

void add_holders(const RunRecord& record, ProfileBuilder& profile) {
  bool any = false;
  if (record.judgement) {
    for (const Finding& finding : record.judgement->findings) {
      if (!finding.retention) continue;
      any = true;
      Holder block;
      if (!finding.sites.empty()) block.site = finding.sites.front();
      add_retention(record, *finding.retention, labels_of(finding),
                    holder_frame(record, block), profile);
    }
  }
  if (!any && record.held)
    add_retention(record, *record.held, {}, named_frame("block"), profile);
}

void add_residue(const RunRecord& record, ProfileBuilder& profile) {
  if (!record.judgement) return;
  for (const Finding& finding : record.judgement->findings)
    for (const FindingMember& member : finding.members)
      for (const SiteShare& share : member.sites)
        add_share(record, finding, share, profile);
}

class PprofReporter final : public Reporter {
 public:
  using Fill = void (*)(const RunRecord&, ProfileBuilder&);
  explicit PprofReporter(Fill fill) : fill_(fill) {}

  std::string render(const RunRecord& unsafe,
                     const ReportStyle&) const override {
    const RunRecord record = printable_record(unsafe);
    ProfileBuilder profile;
    fill_(record, profile);
    if (record.judgement)
      profile.add_comment(fmt::format("{}: {}: {}", record.scenario_name,
                                      to_word(record.judgement->outcome),
                                      record.judgement->reason));
    profile.set_time(unix_nanoseconds(record.started_at), record.took);
    return profile.finish();
  }

 private:
  Fill fill_;
};

}  // namespace

std::unique_ptr<Reporter> make_pprof_reporter() {
  return std::make_unique<PprofReporter>(add_residue);
}

std::unique_ptr<Reporter> make_pprof_holders_reporter() {
  return std::make_unique<PprofReporter>(add_holders);
}

}  // namespace tidemark
