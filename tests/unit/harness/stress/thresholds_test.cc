// Thresholds: what they say, and that none is ever passed by silence.
#include "harness/stress/thresholds.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace tidemark {
namespace {

using std::chrono::milliseconds;

ThresholdSpec spec_of(std::string metric, std::string expression) {
  ThresholdSpec spec;
  spec.metric = std::move(metric);
  spec.expression = std::move(expression);
  return spec;
}

MetricTable table() {
  Histogram all, churners;
  for (int i = 1; i <= 100; ++i) all.record(milliseconds(i));
  churners.record(milliseconds(250));
  return {
      {{"request_duration", ""}, Metric::of_trend(all)},
      {{"request_duration", "churners"}, Metric::of_trend(churners)},
      {{"connect_duration", ""}, Metric::of_trend(Histogram())},
      {{"iteration_duration", "idle"}, Metric::of_trend(all)},
      {{"dropped_iterations", ""}, Metric::of_counter(0, 10)},
      {{"requests", ""}, Metric::of_counter(500, 10)},
      {{"bytes_sent", ""}, Metric::of_counter(16384, 0, Metric::Unit::kBytes)},
      {{"checks", ""}, Metric::of_rate(999, 1000)},
      {{"checks", "idle"}, Metric::of_rate(0, 0)},
      {{"driver_cpu", ""}, Metric::of_gauge(0.5, 0.1, 0.9)},
  };
}

// "met 99", "broken 99", "broken without values", or the error.
std::string judged(const std::string& metric, const std::string& expression) {
  const Result<Threshold> threshold =
      parse_threshold(spec_of(metric, expression));
  if (!threshold)
    return threshold.error().message + " | " + threshold.error().hint;
  const Result<ThresholdResult> result = evaluate(*threshold, table());
  if (!result) return result.error().message + " | " + result.error().hint;
  const std::string how = result->met ? "met " : "broken ";
  if (!result->found) return how + "without values";
  return how + fmt::format("{:.4g}", *result->found);
}

TEST(Thresholds, TrendsAreInMilliseconds) {
  EXPECT_EQ(judged("request_duration", "p(99)<99.2"), "met 99.02");
  EXPECT_EQ(judged("request_duration", "p(99) < 99"), "broken 99.02");
  EXPECT_EQ(judged("request_duration", "avg<=51"), "met 50.5");
  EXPECT_EQ(judged("request_duration", "med>49.9"), "met 50");
  EXPECT_EQ(judged("request_duration", "min==1"), "met 1");
  EXPECT_EQ(judged("request_duration", "max===100"), "met 100");
  EXPECT_EQ(judged("request_duration", "max!=100"), "broken 100");
  EXPECT_EQ(judged("request_duration", "count>=100"), "met 100");
  EXPECT_EQ(judged("request_duration", " p( 99.9 ) <= 100 "), "met 100");
}

TEST(Thresholds, AFlowIsChosenByItsTag) {
  EXPECT_EQ(judged("request_duration{flow:churners}", "max<200"), "broken 250");
  EXPECT_EQ(judged(" request_duration { flow : churners } ", "max<300"),
            "met 250");
}

TEST(Thresholds, BoundsMayHaveUnits) {
  EXPECT_EQ(judged("request_duration", "max<=0.1s"), "met 100");
  EXPECT_EQ(judged("request_duration", "max<=100ms"), "met 100");
  EXPECT_EQ(judged("request_duration", "min>=1000us"), "met 1");
  EXPECT_EQ(judged("request_duration", "min>=1000 µs"), "met 1");
  EXPECT_EQ(judged("bytes_sent", "count==16KiB"), "met 1.638e+04");
  EXPECT_EQ(judged("bytes_sent", "count<0.01MB"), "broken 1.638e+04");
  EXPECT_EQ(judged("checks", "rate>=99.9%"), "met 0.999");
}

TEST(Thresholds, EachKindHasItsStatistics) {
  EXPECT_EQ(judged("dropped_iterations", "count==0"), "met 0");
  EXPECT_EQ(judged("requests", "rate>49"), "met 50");
  EXPECT_EQ(judged("checks", "rate>0.999"), "broken 0.999");
  EXPECT_EQ(judged("driver_cpu", "max<0.85"), "broken 0.9");
  EXPECT_EQ(judged("driver_cpu", "value<0.85"), "met 0.5");
  EXPECT_EQ(judged("driver_cpu", "min<0.85"), "met 0.1");
}

TEST(Thresholds, WithoutAValueNothingIsMet) {
  EXPECT_EQ(judged("connect_duration", "p(99)<50"), "broken without values");
  EXPECT_EQ(judged("connect_duration", "p(99)>=0"), "broken without values");
  EXPECT_EQ(judged("connect_duration", "count==0"), "met 0");
  EXPECT_EQ(judged("checks{flow:idle}", "rate<0.5"), "broken without values");
  EXPECT_EQ(judged("bytes_sent", "rate>=0"), "broken without values");
}

TEST(Thresholds, UnknownNamesAreErrorsThatNameTheNearest) {
  EXPECT_EQ(judged("request_duratoin", "p(99)<50"),
            "unknown metric `request_duratoin` | did you mean "
            "`request_duration`?");
  EXPECT_EQ(judged("banana", "p(99)<50"),
            "unknown metric `banana` | there are bytes_sent, checks, "
            "connect_duration, driver_cpu, dropped_iterations, "
            "iteration_duration, request_duration, requests");
  EXPECT_EQ(judged("request_duration{flow:churner}", "p(99)<50"),
            "unknown flow `churner` | did you mean `churners`?");
  EXPECT_EQ(judged("requests{flow:x}", "count<50"),
            "unknown flow `x` | no flow has a name");
  EXPECT_EQ(judged("iteration_duration", "med<50"),
            "`iteration_duration` is measured for each flow alone | write "
            "iteration_duration{flow:idle}");
}

TEST(Thresholds, AStatisticThatItsKindDoesNotHaveIsAnError) {
  EXPECT_EQ(judged("request_duration", "rate<50"),
            "`request_duration` is a trend and has no `rate` | it has avg, "
            "min, max, med, p(N), count");
  EXPECT_EQ(judged("checks", "count>5"),
            "`checks` is a rate and has no `count` | it has rate");
  EXPECT_EQ(judged("requests", "p(99)>5"),
            "`requests` is a counter and has no `p(N)` | it has count, rate");
  EXPECT_EQ(judged("driver_cpu", "avg>5"),
            "`driver_cpu` is a gauge and has no `avg` | it has value, min, "
            "max");
}

TEST(Thresholds, AUnitThatTheMetricDoesNotHaveIsAnError) {
  EXPECT_EQ(judged("request_duration", "max<8KiB"),
            "`max` of `request_duration` is compared with a size | it is in "
            "times: 200ms");
  EXPECT_EQ(judged("request_duration", "count<8s"),
            "`count` of `request_duration` is compared with a time | it is "
            "in plain numbers");
  EXPECT_EQ(judged("bytes_sent", "count<8%"),
            "`count` of `bytes_sent` is compared with a share | it is in "
            "bytes: 8KiB");
}

TEST(Thresholds, MistakesOfWritingAreNamed) {
  const std::string hint = " | for example p(99)<50, rate>0.99 or count==0";
  EXPECT_EQ(judged("checks", ""),
            "threshold ``: wanted a statistic first: avg, min, max, med, "
            "p(N), count, rate, value" +
                hint);
  EXPECT_EQ(judged("checks", "rte>1"),
            "threshold `rte>1`: unknown statistic `rte` | did you mean "
            "`rate`?");
  EXPECT_EQ(judged("checks", "p99<1"),
            "threshold `p99<1`: wanted `(` after `p`" + hint);
  EXPECT_EQ(
      judged("checks", "p(101)<1"),
      "threshold `p(101)<1`: wanted a percentile from 0 to 100 in p()" + hint);
  EXPECT_EQ(judged("checks", "p(99<1"),
            "threshold `p(99<1`: wanted `)` after the percentile" + hint);
  EXPECT_EQ(judged("checks", "rate=1"),
            "threshold `rate=1`: wanted <, <=, >, >=, ==, === or != after "
            "the statistic" +
                hint);
  EXPECT_EQ(
      judged("checks", "rate<nan"),
      "threshold `rate<nan`: wanted a number after the comparison" + hint);
  EXPECT_EQ(judged("checks", "rate<5 x"),
            "threshold `rate<5 x`: unknown unit `x` | there are us, ms, s, "
            "m, h, B, KiB, MiB, KB, MB and %");
  const std::string example = " | for example request_duration{flow:NAME}";
  EXPECT_EQ(judged("{flow:x}", "rate<5"),
            "threshold of `{flow:x}`: wanted a metric" + example);
  EXPECT_EQ(judged("checks{flow:x", "rate<5"),
            "threshold of `checks{flow:x`: wanted `}` at its end" + example);
  EXPECT_EQ(
      judged("checks{flow:}", "rate<5"),
      "threshold of `checks{flow:}`: wanted the name of a flow" + example);
  EXPECT_EQ(judged("checks{scenario:x}", "rate<5"),
            "threshold of `checks{scenario:x}`: unknown tag `scenario` | the "
            "only tag is flow: request_duration{flow:NAME}");
}

TEST(Thresholds, AreCheckedBeforeARun) {
  const auto checked = [](const char* metric, const char* expression) {
    const Status status = check_threshold(
        *parse_threshold(spec_of(metric, expression)), {"churners"});
    return status ? "fine" : status.error().message;
  };
  for (const MetricInfo& info : kMetrics) {
    const char* const expression = info.kind == Metric::Kind::kTrend ? "p(9)<1"
                                   : info.kind == Metric::Kind::kGauge
                                       ? "value<1"
                                       : "rate<1";
    EXPECT_EQ(checked(std::string(info.name).c_str(), expression), "fine");
  }
  EXPECT_EQ(checked("checks{flow:churners}", "rate>0.9"), "fine");
  EXPECT_EQ(checked("checks{flow:idle}", "rate>0.9"), "unknown flow `idle`");
  EXPECT_EQ(checked("check", "rate>0.9"), "unknown metric `check`");
  EXPECT_EQ(checked("driver_rss_per_connection", "value<8ms"),
            "`value` of `driver_rss_per_connection` is compared with a time");
}

TEST(Thresholds, TheResultTellsWhatWasAskedAndFound) {
  ThresholdSpec spec = spec_of("request_duration{flow:churners}", "max<0.2s");
  spec.abort_on_fail = true;
  const Result<ThresholdResult> result =
      evaluate(*parse_threshold(spec), table());
  ASSERT_TRUE(result);
  EXPECT_EQ(*result,
            (ThresholdResult{spec, "request_duration", "churners", 250.0, 200.0,
                             Metric::Unit::kTime, false}));
}

TEST(TrendSummary, HoldsWhatReportsPrint) {
  const TrendSummary summary =
      summary_of(*table().at({"request_duration", ""}).trend);
  EXPECT_EQ(summary.count, 100u);
  EXPECT_EQ(summary.min, milliseconds(1));
  EXPECT_EQ(summary.max, milliseconds(100));
  EXPECT_NEAR(to_seconds(summary.p95), 0.095, 0.0001);
}

}  // namespace
}  // namespace tidemark
