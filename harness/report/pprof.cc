#include "harness/report/pprof.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "harness/report/printable_record.h"
#include "harness/report/profile_builder.h"
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

class PprofReporter final : public Reporter {
 public:
  std::string render(const RunRecord& unsafe,
                     const ReportStyle&) const override {
    const RunRecord record = printable_record(unsafe);
    ProfileBuilder profile;
    if (record.judgement) {
      for (const Finding& finding : record.judgement->findings)
        for (const FindingMember& member : finding.members)
          for (const SiteShare& share : member.sites)
            add_share(record, finding, share, profile);
      profile.add_comment(fmt::format("{}: {}: {}", record.scenario_name,
                                      to_word(record.judgement->outcome),
                                      record.judgement->reason));
    }
    profile.set_time(unix_nanoseconds(record.started_at), record.took);
    return profile.finish();
  }
};

}  // namespace

std::unique_ptr<Reporter> make_pprof_reporter() {
  return std::make_unique<PprofReporter>();
}

}  // namespace tidemark
