// A report: one record in, text out (or a profile's bytes).
#pragma once

#include <string>

#include "tidemark/run_record.h"

namespace tidemark {

struct ReportStyle {
  bool colour = false;      // terminal only
  bool all_frames = false;  // standard-library and allocator frames too
  int width = 80;           // columns
};

class Reporter {
 public:
  virtual ~Reporter() = default;

  // The whole report, ending in a newline if it is text. Pure: same record,
  // same text.
  virtual std::string render(const RunRecord& record,
                             const ReportStyle& style) const = 0;
};

}  // namespace tidemark
