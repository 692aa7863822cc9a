// Whatever calls itself a record: read, and if it is one, written and read
// again to the same value, and rendered in every way.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "harness/report/holdings.h"
#include "harness/report/html.h"
#include "harness/report/junit.h"
#include "harness/report/pprof.h"
#include "harness/report/record_json.h"
#include "harness/report/terminal.h"

namespace {

std::vector<std::string> no_source(const std::string&) {
  return std::vector<std::string>(100, "  line");
}

void hold(const tidemark::RunRecord& record) {
  using namespace tidemark;
  for (const std::optional<std::size_t> finding :
       {std::optional<std::size_t>(), std::optional<std::size_t>(1)}) {
    HoldingsQuestion question;
    question.finding = finding;
    (void)top_text(record, question, ReportStyle{});
    (void)tree_text(record, question, ReportStyle{});
    (void)list_text(record, question, no_source, ReportStyle{});
  }
}

// Whatever its texts are, a page has the two scripts that it was made with.
void open_page(const tidemark::RunRecord& record) {
  using namespace tidemark;
  const std::string page = make_html_reporter()->render(record, ReportStyle{});
  for (const std::string_view part : {"<script", "</script"}) {
    std::size_t found = 0;
    for (std::size_t at = page.find(part); at != page.npos;
         at = page.find(part, at + 1))
      ++found;
    if (found != 2) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  Result<RunRecord> record =
      from_json({reinterpret_cast<const char*>(data), size});
  if (!record) return 0;
  make_terminal_reporter()->render(*record, ReportStyle{});
  make_junit_reporter()->render(*record, ReportStyle{});
  make_pprof_reporter()->render(*record, ReportStyle{});
  make_pprof_holders_reporter()->render(*record, ReportStyle{});
  hold(*record);
  open_page(*record);
  Result<RunRecord> again = from_json(to_json(*record));
  if (!again || to_json(*again) != to_json(*record)) std::abort();
  return 0;
}
