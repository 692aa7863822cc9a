#include "harness/report/junit.h"

#include <fmt/format.h>

#include <vector>

#include "harness/report/site_text.h"

namespace tidemark {
namespace {

// Text for XML 1.0: markup escaped, characters it cannot hold left out.
std::string escaped(const std::string& text) {
  std::string safe;
  for (char c : text) {
    unsigned char byte = static_cast<unsigned char>(c);
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else if (c == '\n')
      safe += "&#10;";
    else if (byte >= 0x20 || c == '\t')
      safe += c;
  }
  return safe;
}

struct Case {
  std::string name;
  std::string failure;
};

std::string told(const RunRecord& record, const Finding& finding) {
  const SiteRecord* site =
      finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
  return finding.explanation +
         (site ? "\nallocated by " + place_of(*site) : std::string());
}

void add_line(std::string& to, const std::string& line) {
  to += (to.empty() ? "" : "\n") + line;
}

std::vector<Case> cases(const RunRecord& record) {
  Case residue{"residue_per_connection", ""};
  Case growth{"time_growth", ""};
  Case kernel{"fds, threads and sockets", ""};
  Case peak{"peak_per_connection", ""};
  for (const Finding& finding : record.judgement->findings) {
    if (!finding.fails) continue;
    Case* of = &residue;
    if (finding.kind == FindingClass::kTimeGrowth) of = &growth;
    if (finding.kind == FindingClass::kDescriptors) of = &kernel;
    if (finding.unit == "open connection") of = &peak;
    add_line(of->failure, told(record, finding));
  }
  return {residue, growth, kernel, peak};
}

std::string test_case(const RunRecord& record, const std::string& name,
                      const std::string& inside) {
  std::string head = fmt::format(
      "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
      escaped(record.scenario_name), escaped(name), to_seconds(record.took));
  return inside.empty() ? head + "/>\n"
                        : head + ">\n" + inside + "    </testcase>\n";
}

class JunitReporter final : public Reporter {
 public:
  std::string render(const RunRecord& record,
                     const ReportStyle&) const override {
    std::string body;
    int tests = 0, failures = 0, errors = 0;
    if (record.error || !record.judgement) {
      std::string why = record.error
                            ? record.error->message + "\n" + record.error->hint
                            : "the run did not reach its verdict";
      body = test_case(
          record, "run",
          fmt::format("      <error message=\"{}\"/>\n", escaped(why)));
      tests = errors = 1;
    } else if (record.judgement->outcome == Outcome::kInconclusive ||
               record.judgement->outcome == Outcome::kInvalid) {
      body =
          test_case(record, "verdict",
                    fmt::format("      <error type=\"{}\" message=\"{}\"/>\n",
                                to_word(record.judgement->outcome),
                                escaped(record.judgement->reason)));
      tests = errors = 1;
    } else {
      for (const Case& one : cases(record)) {
        ++tests;
        failures += !one.failure.empty();
        body += test_case(
            record, one.name,
            one.failure.empty()
                ? ""
                : fmt::format("      <failure message=\"{}\">{}</failure>\n",
                              escaped(record.judgement->reason),
                              escaped(one.failure)));
      }
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites>\n"
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
        "time=\"{:.3f}\">\n{}  </testsuite>\n</testsuites>\n",
        escaped(record.scenario_name), tests, failures, errors,
        to_seconds(record.took), body);
  }
};

}  // namespace

std::unique_ptr<Reporter> make_junit_reporter() {
  return std::make_unique<JunitReporter>();
}

}  // namespace tidemark
