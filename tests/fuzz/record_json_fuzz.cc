// Whatever calls itself a record: read, and if it is one, written and read
// again to the same value, and rendered.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/report/junit.h"
#include "harness/report/pprof.h"
#include "harness/report/record_json.h"
#include "harness/report/terminal.h"

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
  Result<RunRecord> again = from_json(to_json(*record));
  if (!again || to_json(*again) != to_json(*record)) std::abort();
  return 0;
}
