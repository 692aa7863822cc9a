#include "harness/report/junit.h"

#include <fmt/format.h>

#include <vector>

#include "harness/report/advice.h"
#include "harness/report/printable_record.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/suppression_text.h"
#include "harness/report/text.h"
#include "harness/report/xml.h"

namespace tidemark {
namespace {

constexpr std::size_t kWidth = 100;  // of stacks, in a CI's web page

struct Case {
  std::string name;
  std::string headline;  // of the failure; empty: it passed
  std::string failure;
};

// Those open at the end, a line each.
std::string stayed(const RunRecord& record, const std::string& name) {
  std::string text;
  for (const StandInRecord& standin : record.standins) {
    if (standin.name != name) continue;
    for (const StandInConnection& connection : standin.stayed)
      text += fmt::format("\nconnection {}, opened by {}",
                          connection.number.value, connection.opened_by);
  }
  return text;
}

// The places that grow with it.
std::string with_it(const RunRecord& record, const Finding& finding) {
  std::string text;
  for (std::size_t i = 1; i < finding.members.size(); ++i) {
    const FindingMember& member = finding.members[i];
    const SiteRecord* site = member.sites.empty()
                                 ? nullptr
                                 : find_site(record, member.sites[0].site);
    text += fmt::format(
        "with it per {}: {} in {} {} {}\n", finding.unit,
        bytes_text(member.bytes_per_unit),
        plural(member.objects_per_unit, noun_of(record, site)),
        site && site->kind != MemoryKind::kHeap ? relation_of(*site) : "by",
        site ? place_of(*site) : "an unknown caller");
  }
  return text;
}

std::string told(const RunRecord& record, const Finding& finding) {
  const SiteRecord* site =
      finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
  std::string advice = advice_for(record, finding);
  if (!advice.empty()) advice.insert(0, "To do: ");
  if (const std::string lasts = forecast_line(record, finding); !lasts.empty())
    advice.insert(0, advice.empty() ? lasts : lasts + "\n");
  if (!finding.fingerprint.empty())
    advice += fmt::format("{}fingerprint {}", advice.empty() ? "" : "\n",
                          finding.fingerprint);
  if (site == nullptr)
    return finding.explanation + stayed(record, finding.standin) +
           (advice.empty() ? "" : "\n") + advice;
  return fmt::format("{}\nallocated by {}\n{}{}{}", finding.explanation,
                     place_of(*site), stack_text(*site, false, kWidth),
                     with_it(record, finding), advice);
}

// One case for each expectation a scenario can have (scenario.h).
enum Expectation : std::size_t {
  kResidue,
  kPeak,
  kFds,
  kThreads,
  kSockets,
  kGrowth,
  kUpstreams
};

Expectation expectation_of(const Finding& finding) {
  if (finding.kind == FindingClass::kTimeGrowth) return kGrowth;
  if (finding.kind == FindingClass::kUpstream) return kUpstreams;
  if (finding.unit == kOpenConnection) return kPeak;
  if (finding.kind != FindingClass::kDescriptors) return kResidue;
  if (finding.unit == "socket") return kSockets;
  return finding.unit == "thread" ? kThreads : kFds;
}

std::vector<Case> cases(const RunRecord& record) {
  std::vector<Case> all = {{"residue_per_connection", "", ""},
                           {"peak_per_connection", "", ""},
                           {"fds", "", ""},
                           {"threads", "", ""},
                           {"sockets", "", ""},
                           {"time_growth", "", ""},
                           {"upstreams_closed", "", ""}};
  const Judgement& judgement = *record.judgement;
  bool failed = false;
  for (const Finding& finding : judgement.findings) {
    if (!finding.fails) continue;
    Case& one = all[expectation_of(finding)];
    // The verdict's sentence is about the first of the failing findings.
    if (one.headline.empty())
      one.headline = failed ? finding.explanation : judgement.reason;
    one.failure += (one.failure.empty() ? "" : "\n") + told(record, finding);
    failed = true;
  }
  // A leak that no finding explains must not look like six passes.
  if (!failed && judgement.outcome != Outcome::kPass)
    all[kResidue].failure = judgement.reason;
  // Only a run with stand-ins has looked at upstreams.
  if (record.standins.empty() && all[kUpstreams].failure.empty())
    all.pop_back();
  return all;
}

std::string test_case(const RunRecord& record, const std::string& name,
                      const std::string& inside) {
  std::string head = fmt::format(
      "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
      escaped(record.scenario_name), escaped(name), to_seconds(record.took));
  return inside.empty() ? head + "/>\n"
                        : head + ">\n" + inside + "    </testcase>\n";
}

// Only a run that came to a pass or a leak has judged its expectations.
std::string no_verdict(const RunRecord& record) {
  std::string type = "partial";
  std::string why = "the run did not reach its verdict";
  if (record.error) {
    type = "error";
    why = record.error->message;
    if (!record.error->hint.empty()) why += "\n" + record.error->hint;
  } else if (record.judgement) {
    type = to_word(record.judgement->outcome);
    why = record.judgement->reason;
  }
  return fmt::format("      <error type=\"{}\" message=\"{}\"/>\n", type,
                     escaped(why));
}

// Nothing that fails, and nothing that a reader of the results should miss.
std::string suppressed_case(const RunRecord& record, const Finding& finding) {
  return test_case(
      record, "finding " + finding.fingerprint,
      fmt::format("      <skipped message=\"{}\"/>\n",
                  escaped("suppressed as " + suppressed_because(finding) +
                          ": " + finding.explanation)));
}

std::string warnings(const RunRecord& record) {
  std::string text;
  for (const std::string& line : suppression_warnings(record))
    text += fmt::format("warning: {}\n", line);
  return text.empty()
             ? text
             : fmt::format("    <system-err>{}</system-err>\n", escaped(text));
}

struct Suite {
  std::string body;
  int tests = 0;
  int skipped = 0;
  int failures = 0;
  int errors = 0;
};

Suite suite_of(const RunRecord& record) {
  const Outcome outcome = outcome_of(record);
  if (outcome != Outcome::kPass && outcome != Outcome::kLeak)
    return {test_case(record, "verdict", no_verdict(record)), 1, 0, 0, 1};
  Suite suite;
  for (const Case& one : cases(record)) {
    ++suite.tests;
    std::string inside;
    if (!one.failure.empty()) {
      ++suite.failures;
      inside = fmt::format(
          "      <failure type=\"{}\" message=\"{}\">{}</failure>\n", one.name,
          escaped(one.headline), escaped(one.failure));
    }
    suite.body += test_case(record, one.name, inside);
  }
  for (const Finding& finding : record.judgement->findings) {
    if (!finding.suppressed) continue;
    ++suite.tests;
    ++suite.skipped;
    suite.body += suppressed_case(record, finding);
  }
  suite.body += warnings(record);
  return suite;
}

class JunitReporter final : public Reporter {
 public:
  std::string render(const RunRecord& unsafe,
                     const ReportStyle&) const override {
    const RunRecord record = printable_record(unsafe);
    const Suite suite = suite_of(record);
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites>\n"
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
        "skipped=\"{}\" timestamp=\"{}\" time=\"{:.3f}\">\n{}  "
        "</testsuite>\n</testsuites>\n",
        escaped(record.scenario_name), suite.tests, suite.failures,
        suite.errors, suite.skipped, escaped(record.started_at),
        to_seconds(record.took), suite.body);
  }
};

}  // namespace

std::unique_ptr<Reporter> make_junit_reporter() {
  return std::make_unique<JunitReporter>();
}

}  // namespace tidemark
