// The `thresholds` section, in k6's grammar. Whether a metric exists is for
// those who measure it; here it must only look like one.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "harness/base/short_text.h"
#include "harness/scenario/sections.h"
#include "harness/scenario/text_rules.h"

namespace tidemark {
namespace {

using std::chrono::hours;

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// `name` or `name{tag:value}`.
Status check_metric(const std::string& text) {
  const std::size_t brace = std::min(text.find('{'), text.size());
  const std::string_view name = std::string_view(text).substr(0, brace);
  std::string_view tag = std::string_view(text).substr(brace);
  bool good = is_word(name);
  if (!tag.empty()) {
    const std::size_t colon = tag.find(':');
    good = good && tag.size() > 2 && tag.ends_with('}') &&
           colon != std::string_view::npos &&
           is_word(tag.substr(1, colon - 1)) &&
           tag.find_first_of("{}:,", colon + 1) == tag.size() - 1 &&
           colon + 2 < tag.size();
  }
  if (good) return {};
  return refused(
      fmt::format("wanted the name of a metric, found `{}`", printable(text)),
      "write it like request_duration or \"request_duration{flow:NAME}\"");
}

bool is_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result parsed =
      std::from_chars(text.data(), end, value, std::chars_format::fixed);
  return !text.empty() && parsed.ec == std::errc() && parsed.ptr == end;
}

bool is_statistic(std::string_view text) {
  if (!text.starts_with("p(") || !text.ends_with(')')) return is_word(text);
  text.remove_prefix(2);
  text.remove_suffix(1);
  return is_number(trimmed(text)) && !trimmed(text).starts_with('-');
}

// STATISTIC OPERATOR NUMBER.
Status check_expression(const std::string& text) {
  const std::string_view view = text;
  const std::size_t at = view.find_first_of("<>=!");
  bool good = at != std::string_view::npos;
  if (good) {
    std::size_t length = 1;
    if (view.substr(at + 1).starts_with('=')) length = 2;
    const std::string_view operation = view.substr(at, length);
    good = operation != "=" && operation != "!" &&
           is_statistic(trimmed(view.substr(0, at))) &&
           is_number(trimmed(view.substr(at + length)));
  }
  if (good) return {};
  return refused(
      fmt::format("wanted a comparison, found `{}`", printable(text)),
      "write it like \"p(99)<50\", \"rate>0.999\" or \"count==0\"");
}

void read_threshold(const Node& node, const std::string& name,
                    ThresholdSpec threshold,
                    std::vector<ThresholdSpec>& thresholds,
                    Diagnostics& problems) {
  if (node.kind != NodeKind::kMap) {
    const std::optional<std::string> expression =
        read_text(node, name, problems, check_expression);
    if (expression) threshold.expression = *expression;
  } else {
    Section section(node, name, problems);
    section.require("threshold", "write threshold: \"p(99)<50\"");
    section.text("threshold", threshold.expression, check_expression);
    section.flag("abortOnFail", threshold.abort_on_fail);
    section.duration("delayAbortEval", threshold.delay_abort, Duration(0),
                     hours(24));
    section.finish();
  }
  thresholds.push_back(std::move(threshold));
}

}  // namespace

void read_thresholds(const Node& node, std::vector<ThresholdSpec>& thresholds,
                     Diagnostics& problems) {
  if (node.kind != NodeKind::kMap) {
    add_mismatch(node, "thresholds", "a map of metrics to comparisons",
                 problems, "write { request_duration: [\"p(99)<50\"] }");
    return;
  }
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    ThresholdSpec threshold;
    const std::optional<std::string> metric =
        read_text(node.keys[i], "thresholds", problems, check_metric);
    if (!metric) continue;
    threshold.metric = *metric;
    const std::string name = fmt::format("thresholds.{}", printable(*metric));
    const Node& value = node.items[i];
    if (value.kind != NodeKind::kList) {
      read_threshold(value, name, threshold, thresholds, problems);
      continue;
    }
    for (std::size_t j = 0; j < value.items.size(); ++j)
      read_threshold(value.items[j], fmt::format("{}[{}]", name, j), threshold,
                     thresholds, problems);
  }
}

}  // namespace tidemark
