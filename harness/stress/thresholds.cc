#include "harness/stress/thresholds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

#include "harness/base/short_text.h"
#include "harness/base/spelling.h"

namespace tidemark {
namespace {

using Kind = Metric::Kind;
using Unit = Metric::Unit;

struct StatisticRow {
  std::string_view name;
  Statistic statistic;
};
constexpr StatisticRow kStatistics[] = {
    {"avg", Statistic::kAvg},      {"min", Statistic::kMin},
    {"max", Statistic::kMax},      {"med", Statistic::kMed},
    {"p", Statistic::kPercentile}, {"count", Statistic::kCount},
    {"rate", Statistic::kRate},    {"value", Statistic::kValue},
};

// Longer ones first: `<` is the beginning of `<=`.
struct ComparisonRow {
  std::string_view sign;
  Comparison comparison;
};
constexpr ComparisonRow kComparisons[] = {
    {"===", Comparison::kEqual},   {"==", Comparison::kEqual},
    {"!=", Comparison::kNotEqual}, {"<=", Comparison::kAtMost},
    {">=", Comparison::kAtLeast},  {"<", Comparison::kLess},
    {">", Comparison::kMore},
};

struct UnitRow {
  std::string_view name;
  std::optional<Unit> unit;
  // 99.9% is read as 99.9e-2, the double that 999 of 1000 are; 99.9 / 100 is
  // another one.
  int exponent;
  double times = 1;
};
constexpr UnitRow kUnits[] = {
    {"", std::nullopt, 0},
    {"%", Unit::kNumber, -2},
    {"ns", Unit::kTime, -6},
    {"us", Unit::kTime, -3},
    {"µs", Unit::kTime, -3},
    {"ms", Unit::kTime, 0},
    {"s", Unit::kTime, 3},
    {"m", Unit::kTime, 3, 60},
    {"h", Unit::kTime, 3, 3600},
    {"B", Unit::kBytes, 0},
    {"KB", Unit::kBytes, 3},
    {"MB", Unit::kBytes, 6},
    {"GB", Unit::kBytes, 9},
    {"KiB", Unit::kBytes, 0, 1 << 10},
    {"MiB", Unit::kBytes, 0, 1 << 20},
    {"GiB", Unit::kBytes, 0, 1 << 30},
};

tl::unexpected<Error> wrong(std::string message, std::string hint) {
  return fail(ErrorKind::kUsage, std::move(message), std::move(hint));
}

std::string did_you_mean(std::string_view word,
                         const std::vector<std::string>& known,
                         std::string_view otherwise) {
  const std::optional<std::string> nearest = nearest_word(word, known);
  if (nearest) return fmt::format("did you mean `{}`?", one_line(*nearest));
  return fmt::format("{} {}", otherwise, fmt::join(known, ", "));
}

const char* to_word(Kind kind) {
  switch (kind) {
    case Kind::kTrend:
      return "a trend";
    case Kind::kCounter:
      return "a counter";
    case Kind::kRate:
      return "a rate";
    case Kind::kGauge:
      return "a gauge";
  }
  return "";
}

std::vector<std::string> statistics_of(Kind kind) {
  switch (kind) {
    case Kind::kTrend:
      return {"avg", "min", "max", "med", "p(N)", "count"};
    case Kind::kCounter:
      return {"count", "rate"};
    case Kind::kRate:
      return {"rate"};
    case Kind::kGauge:
      return {"value", "min", "max"};
  }
  return {};
}

std::string name_of(Statistic statistic) {
  for (const StatisticRow& row : kStatistics)
    if (row.statistic == statistic)
      return statistic == Statistic::kPercentile ? "p(N)"
                                                 : std::string(row.name);
  return "";
}

std::optional<double> parse_number(std::string_view& text) {
  double number = 0;
  const std::from_chars_result parsed =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || !std::isfinite(number)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  return number;
}

// `digits`, which are a number, times ten to the `exponent`.
double shifted(std::string_view digits, double number, int exponent) {
  if (digits.find_first_of("eE") != std::string_view::npos)
    return number * std::pow(10, exponent);
  const std::string text = fmt::format("{}e{}", digits, exponent);
  std::string_view rest = text;
  return parse_number(rest).value_or(number);
}

// One expression, from left to right.
class ExpressionParser {
 public:
  explicit ExpressionParser(std::string_view text) : text_(text), rest_(text) {}

  Status parse(Threshold& threshold) {
    TIDEMARK_TRY(parse_statistic(threshold));
    TIDEMARK_TRY(parse_comparison(threshold));
    return parse_bound(threshold);
  }

 private:
  tl::unexpected<Error> bad(std::string_view what, std::string hint = {}) {
    if (hint.empty()) hint = "for example p(99)<50, rate>0.99 or count==0";
    return wrong(fmt::format("threshold `{}`: {}", one_line(text_), what),
                 std::move(hint));
  }

  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'))
      rest_.remove_prefix(1);
  }

  Status parse_statistic(Threshold& threshold) {
    skip_blanks();
    std::size_t end = 0;
    while (end < rest_.size() && ((rest_[end] >= 'a' && rest_[end] <= 'z') ||
                                  (rest_[end] >= 'A' && rest_[end] <= 'Z')))
      ++end;
    const std::string_view name = rest_.substr(0, end);
    const StatisticRow* const row = std::find_if(
        std::begin(kStatistics), std::end(kStatistics),
        [name](const StatisticRow& known) { return known.name == name; });
    if (row == std::end(kStatistics)) {
      std::vector<std::string> known;
      for (const StatisticRow& each : kStatistics)
        known.push_back(name_of(each.statistic));
      if (name.empty())
        return bad(fmt::format("wanted a statistic first: {}",
                               fmt::join(known, ", ")));
      return bad(fmt::format("unknown statistic `{}`", one_line(name)),
                 did_you_mean(name, known, "there are"));
    }
    threshold.statistic = row->statistic;
    rest_.remove_prefix(end);
    return row->statistic == Statistic::kPercentile
               ? parse_percentile(threshold)
               : Status();
  }

  Status parse_percentile(Threshold& threshold) {
    skip_blanks();
    if (!rest_.starts_with('(')) return bad("wanted `(` after `p`");
    rest_.remove_prefix(1);
    skip_blanks();
    const std::optional<double> number = parse_number(rest_);
    if (!number || *number < 0 || *number > 100)
      return bad("wanted a percentile from 0 to 100 in p()");
    skip_blanks();
    if (!rest_.starts_with(')')) return bad("wanted `)` after the percentile");
    rest_.remove_prefix(1);
    threshold.percentile = *number;
    return {};
  }

  Status parse_comparison(Threshold& threshold) {
    skip_blanks();
    for (const ComparisonRow& row : kComparisons) {
      if (!rest_.starts_with(row.sign)) continue;
      rest_.remove_prefix(row.sign.size());
      threshold.comparison = row.comparison;
      return {};
    }
    return bad("wanted <, <=, >, >=, ==, === or != after the statistic");
  }

  Status parse_bound(Threshold& threshold) {
    skip_blanks();
    const std::string_view whole = rest_;
    const std::optional<double> number = parse_number(rest_);
    if (!number) return bad("wanted a number after the comparison");
    const std::string_view digits =
        whole.substr(0, whole.size() - rest_.size());
    const std::string_view name = trimmed(rest_);
    for (const UnitRow& row : kUnits) {
      if (row.name != name) continue;
      threshold.bound = shifted(digits, *number, row.exponent) * row.times;
      threshold.unit = row.unit;
      return {};
    }
    return bad(fmt::format("unknown unit `{}`", one_line(name)),
               "there are us, ms, s, m, h, B, KiB, MiB, KB, MB and %");
  }

  std::string_view text_;
  std::string_view rest_;
};

// `name` or `name{flow:NAME}`.
Status parse_selector(std::string_view text, Threshold& threshold) {
  const std::string_view whole = trimmed(text);
  const std::size_t open = whole.find('{');
  threshold.metric = trimmed(whole.substr(0, open));
  const std::string shown = one_line(whole);
  if (threshold.metric.empty())
    return wrong(fmt::format("threshold of `{}`: wanted a metric", shown),
                 "for example request_duration{flow:NAME}");
  if (open == std::string_view::npos) return {};
  if (whole.back() != '}')
    return wrong(
        fmt::format("threshold of `{}`: wanted `}}` at its end", shown),
        "for example request_duration{flow:NAME}");
  const std::string_view inside =
      whole.substr(open + 1, whole.size() - open - 2);
  const std::size_t colon = inside.find(':');
  const std::string_view tag = trimmed(inside.substr(0, colon));
  if (tag != "flow" || colon == std::string_view::npos)
    return wrong(fmt::format("threshold of `{}`: unknown tag `{}`", shown,
                             one_line(tag)),
                 "the only tag is flow: request_duration{flow:NAME}");
  threshold.flow = trimmed(inside.substr(colon + 1));
  if (threshold.flow.empty())
    return wrong(
        fmt::format("threshold of `{}`: wanted the name of a flow", shown),
        "for example request_duration{flow:NAME}");
  return {};
}

Status check_kind(const Threshold& threshold, Kind kind, Unit unit) {
  const std::vector<std::string> has = statistics_of(kind);
  const std::string asked = name_of(threshold.statistic);
  if (std::find(has.begin(), has.end(), asked) == has.end())
    return wrong(fmt::format("`{}` is {} and has no `{}`",
                             one_line(threshold.metric), to_word(kind), asked),
                 fmt::format("it has {}", fmt::join(has, ", ")));
  // A count of a trend is a number; 99% is a share of anything plain.
  const Unit wanted =
      threshold.statistic == Statistic::kCount && kind == Kind::kTrend
          ? Unit::kNumber
          : unit;
  if (threshold.unit && *threshold.unit != wanted) {
    const char* const found = *threshold.unit == Unit::kTime    ? "a time"
                              : *threshold.unit == Unit::kBytes ? "a size"
                                                                : "a share";
    const char* const measured = wanted == Unit::kTime    ? "times: 200ms"
                                 : wanted == Unit::kBytes ? "bytes: 8KiB"
                                                          : "plain numbers";
    return wrong(fmt::format("`{}` of `{}` is compared with {}", asked,
                             one_line(threshold.metric), found),
                 fmt::format("it is in {}", measured));
  }
  return {};
}

tl::unexpected<Error> unknown_metric(std::string_view name,
                                     const std::vector<std::string>& known) {
  if (known.empty())
    return wrong(fmt::format("unknown metric `{}`", one_line(name)),
                 "nothing was measured");
  return wrong(fmt::format("unknown metric `{}`", one_line(name)),
               did_you_mean(name, known, "there are"));
}

tl::unexpected<Error> unknown_flow(std::string_view name,
                                   const std::vector<std::string>& known) {
  return wrong(fmt::format("unknown flow `{}`", one_line(name)),
               known.empty() ? "no flow has a name"
                             : did_you_mean(name, known, "there are"));
}

// nullopt: there is not a single value to tell it from.
std::optional<double> statistic_of(const Threshold& threshold,
                                   const Metric& metric) {
  if (metric.kind == Kind::kCounter) {
    if (threshold.statistic == Statistic::kCount)
      return static_cast<double>(metric.count);
    if (!(metric.seconds > 0)) return std::nullopt;
    return static_cast<double>(metric.count) / metric.seconds;
  }
  if (metric.kind == Kind::kRate) {
    if (metric.total == 0) return std::nullopt;
    return static_cast<double>(metric.count) /
           static_cast<double>(metric.total);
  }
  if (metric.kind == Kind::kGauge) {
    if (threshold.statistic == Statistic::kMin) return metric.min;
    if (threshold.statistic == Statistic::kMax) return metric.max;
    return metric.value;
  }
  const std::uint64_t count = metric.trend ? metric.trend->count() : 0;
  if (threshold.statistic == Statistic::kCount)
    return static_cast<double>(count);
  if (count == 0) return std::nullopt;
  const Histogram& trend = *metric.trend;
  Duration found{};
  switch (threshold.statistic) {
    case Statistic::kAvg:
      found = trend.mean();
      break;
    case Statistic::kMin:
      found = trend.min();
      break;
    case Statistic::kMax:
      found = trend.max();
      break;
    case Statistic::kMed:
      found = trend.value_at_percentile(50);
      break;
    default:
      found = trend.value_at_percentile(threshold.percentile);
  }
  return static_cast<double>(found.count()) / 1e6;
}

bool holds(double found, Comparison comparison, double bound) {
  switch (comparison) {
    case Comparison::kLess:
      return found < bound;
    case Comparison::kAtMost:
      return found <= bound;
    case Comparison::kMore:
      return found > bound;
    case Comparison::kAtLeast:
      return found >= bound;
    case Comparison::kEqual:
      return found == bound;
    case Comparison::kNotEqual:
      return found != bound;
  }
  return false;
}

}  // namespace

Result<Threshold> parse_threshold(const ThresholdSpec& spec) {
  Threshold threshold;
  threshold.spec = spec;
  TIDEMARK_TRY(parse_selector(spec.metric, threshold));
  TIDEMARK_TRY(ExpressionParser(spec.expression).parse(threshold));
  return threshold;
}

Status check_threshold(const Threshold& threshold,
                       const std::vector<std::string>& flows) {
  std::vector<std::string> known;
  for (const MetricInfo& info : kMetrics) known.emplace_back(info.name);
  const std::size_t at = static_cast<std::size_t>(
      std::find(known.begin(), known.end(), threshold.metric) - known.begin());
  if (at == known.size()) return unknown_metric(threshold.metric, known);
  if (!threshold.flow.empty() &&
      std::find(flows.begin(), flows.end(), threshold.flow) == flows.end())
    return unknown_flow(threshold.flow, flows);
  return check_kind(threshold, kMetrics[at].kind, kMetrics[at].unit);
}

Result<ThresholdResult> evaluate(const Threshold& threshold,
                                 const MetricTable& table) {
  const MetricTable::const_iterator found =
      table.find({threshold.metric, threshold.flow});
  if (found == table.end()) {
    std::vector<std::string> names, flows;
    for (const MetricTable::value_type& entry : table) {
      if (names.empty() || names.back() != entry.first.name)
        names.push_back(entry.first.name);
      if (entry.first.name == threshold.metric && !entry.first.flow.empty())
        flows.push_back(entry.first.flow);
    }
    if (std::find(names.begin(), names.end(), threshold.metric) == names.end())
      return unknown_metric(threshold.metric, names);
    if (threshold.flow.empty())
      return wrong(
          fmt::format("`{}` is measured for each flow alone",
                      one_line(threshold.metric)),
          fmt::format("write {}{{flow:{}}}", threshold.metric, flows.front()));
    return unknown_flow(threshold.flow, flows);
  }
  const Metric& metric = found->second;
  TIDEMARK_TRY(check_kind(threshold, metric.kind, metric.unit));
  ThresholdResult result{threshold.spec,
                         threshold.metric,
                         threshold.flow,
                         statistic_of(threshold, metric),
                         threshold.bound,
                         metric.unit,
                         false};
  if (threshold.statistic == Statistic::kCount && metric.kind == Kind::kTrend)
    result.unit = Unit::kNumber;
  result.met = result.found &&
               holds(*result.found, threshold.comparison, threshold.bound);
  return result;
}

}  // namespace tidemark
