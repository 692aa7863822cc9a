#include "harness/report/junit_suite.h"

#include <fmt/format.h>

#include "harness/report/xml.h"

namespace tidemark {

void JunitSuite::add_case(const std::string& name, bool fails, bool open,
                          const std::string& message) {
  ++tests_;
  cases_ += fmt::format("    <testcase classname=\"{}\" name=\"{}\"",
                        escaped(name_), escaped(name));
  if (!fails && !open) {
    cases_ += "/>\n";
    return;
  }
  ++(fails ? failures_ : errors_);
  cases_ +=
      fmt::format(">\n      <{0} message=\"{1}\">{1}</{0}>\n    </testcase>\n",
                  fails ? "failure" : "error", escaped(message));
}

std::string JunitSuite::finish(const std::string& started_at,
                               Duration took) const {
  // An empty one would be no time.
  const std::string timestamp =
      started_at.empty()
          ? ""
          : fmt::format(" timestamp=\"{}\"", escaped(started_at));
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites>\n"
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "skipped=\"0\"{} time=\"{:.3f}\">\n{}  </testsuite>\n"
      "</testsuites>\n",
      escaped(name_), tests_, failures_, errors_, timestamp, to_seconds(took),
      cases_);
}

}  // namespace tidemark
