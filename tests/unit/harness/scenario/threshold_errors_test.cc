// Every complaint about `thresholds`, by its full text.
#include <gtest/gtest.h>

#include "tests/unit/harness/scenario/complaint.h"

namespace tidemark {
namespace {

TEST(ThresholdErrors, AMetricIsAWordPerhapsWithATag) {
  EXPECT_EQ(about_rest(R"(thresholds:
  "WS echo": ["p(99)<50"]
  "a{flow}": []
  "a{flow:}": []
  "a{flow:x": []
)"),
            R"(
s.yaml:5:3: `thresholds`: wanted the name of a metric, found `WS echo`
 5 |   "WS echo": ["p(99)<50"]
   |   ^~~~~~~~~
   = write it like request_duration or "request_duration{flow:NAME}"
s.yaml:6:3: `thresholds`: wanted the name of a metric, found `a{flow}`
 6 |   "a{flow}": []
   |   ^~~~~~~~~
   = write it like request_duration or "request_duration{flow:NAME}"
s.yaml:7:3: `thresholds`: wanted the name of a metric, found `a{flow:}`
 7 |   "a{flow:}": []
   |   ^~~~~~~~~~
   = write it like request_duration or "request_duration{flow:NAME}"
s.yaml:8:3: `thresholds`: wanted the name of a metric, found `a{flow:x`
 8 |   "a{flow:x": []
   |   ^~~~~~~~~~
   = write it like request_duration or "request_duration{flow:NAME}"
)");
}

TEST(ThresholdErrors, AComparisonHasAStatisticAndANumber) {
  EXPECT_EQ(about_rest(R"x(thresholds:
  a: ["p(99)", "p(x)<5", "rate=1", "rate>x", "<5", 5]
)x"),
            R"x(
s.yaml:5:7: `thresholds.a[0]`: wanted a comparison, found `p(99)`
 5 |   a: ["p(99)", "p(x)<5", "rate=1", "rate>x", "<5", 5]
   |       ^~~~~~~
   = write it like "p(99)<50", "rate>0.999" or "count==0"
s.yaml:5:16: `thresholds.a[1]`: wanted a comparison, found `p(x)<5`
 5 |   a: ["p(99)", "p(x)<5", "rate=1", "rate>x", "<5", 5]
   |                ^~~~~~~~
   = write it like "p(99)<50", "rate>0.999" or "count==0"
s.yaml:5:26: `thresholds.a[2]`: wanted a comparison, found `rate=1`
 5 |   a: ["p(99)", "p(x)<5", "rate=1", "rate>x", "<5", 5]
   |                          ^~~~~~~~
   = write it like "p(99)<50", "rate>0.999" or "count==0"
s.yaml:5:36: `thresholds.a[3]`: wanted a comparison, found `rate>x`
 5 |   a: ["p(99)", "p(x)<5", "rate=1", "rate>x", "<5", 5]
   |                                    ^~~~~~~~
   = write it like "p(99)<50", "rate>0.999" or "count==0"
s.yaml:5:46: `thresholds.a[4]`: wanted a comparison, found `<5`
 5 |   a: ["p(99)", "p(x)<5", "rate=1", "rate>x", "<5", 5]
   |                                              ^~~~
   = write it like "p(99)<50", "rate>0.999" or "count==0"
s.yaml:5:52: `thresholds.a[5]`: wanted a comparison, found `5`
 5 |   a: ["p(99)", "p(x)<5", "rate=1", "rate>x", "<5", 5]
   |                                                    ^
   = write it like "p(99)<50", "rate>0.999" or "count==0"
)x");
}

TEST(ThresholdErrors, AThresholdOfMoreThanAComparisonNamesIt) {
  EXPECT_EQ(about_rest(R"(thresholds: { a: { abortOnFail: yes } }
)"),
            R"(
s.yaml:4:18: `thresholds.a.threshold` is missing
 4 | thresholds: { a: { abortOnFail: yes } }
   |                  ^
   = write threshold: "p(99)<50"
s.yaml:4:33: `thresholds.a.abortOnFail`: wanted true or false, found `yes`
 4 | thresholds: { a: { abortOnFail: yes } }
   |                                 ^~~
)");
}

TEST(ThresholdErrors, AListOfThresholdsIsNone) {
  EXPECT_EQ(about_rest(R"(thresholds: ["p(99)<50"]
)"),
            R"(
s.yaml:4:13: `thresholds`: wanted a map of metrics to comparisons, found a list
 4 | thresholds: ["p(99)<50"]
   |             ^
   = write { request_duration: ["p(99)<50"] }
)");
}

}  // namespace
}  // namespace tidemark
