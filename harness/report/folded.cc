#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "harness/report/flame_stacks.h"
#include "harness/report/machine_formats.h"
#include "harness/report/printable_record.h"

namespace tidemark {
namespace {

// What separates frames, and stacks from their bytes, is none of a name.
std::string frame_name(std::string name) {
  std::replace(name.begin(), name.end(), ';', ':');
  std::replace(name.begin(), name.end(), '\n', ' ');
  return name;
}

class FoldedReporter final : public Reporter {
 public:
  std::string render(const RunRecord& unsafe,
                     const ReportStyle&) const override {
    std::map<std::string, Bytes> lines;
    for (const FlameStack& stack : residue_stacks(printable_record(unsafe))) {
      std::string line;
      for (const std::string& frame : stack.frames)
        line += (line.empty() ? "" : ";") + frame_name(frame);
      lines[line] += stack.bytes;
    }
    std::string text;
    for (const auto& [line, bytes] : lines)
      text += fmt::format("{} {}\n", line, bytes.value);
    return text;
  }
};

}  // namespace

std::unique_ptr<Reporter> make_folded_reporter() {
  return std::make_unique<FoldedReporter>();
}

}  // namespace tidemark
