#include "harness/report/openmetrics_families.h"

#include <fmt/format.h>

#include <cmath>

namespace tidemark {
namespace {

std::string escaped_label(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\' || c == '"') safe += '\\';
    if (c == '\n')
      safe += "\\n";
    else
      safe += c;
  }
  return safe;
}

}  // namespace

void MetricFamilies::begin(const std::string& name, const std::string& unit,
                           const std::string& help) {
  name_ = name;
  text_ += fmt::format("# TYPE {} gauge\n", name);
  if (!unit.empty()) text_ += fmt::format("# UNIT {} {}\n", name, unit);
  text_ += fmt::format("# HELP {} {}\n", name, help);
}

void MetricFamilies::sample(double value, const MetricLabels& labels) {
  if (!std::isfinite(value)) return;
  text_ += fmt::format("{}{{scenario=\"{}\"", name_, escaped_label(scenario_));
  for (const auto& [label, text] : labels)
    text_ += fmt::format(",{}=\"{}\"", label, escaped_label(text));
  text_ += fmt::format("}} {}\n", value);
}

void MetricFamilies::one(const std::string& name, const std::string& unit,
                         const std::string& help, double value) {
  begin(name, unit, help);
  sample(value);
}

std::string MetricFamilies::finish() && { return std::move(text_) + "# EOF\n"; }

}  // namespace tidemark
