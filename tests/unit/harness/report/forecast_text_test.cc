#include "harness/report/forecast_text.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

constexpr double kDay = 86400;
constexpr double kYear = 365.25 * kDay;

std::string told(double value, double low, std::optional<double> high) {
  return forecast_text({value, low, high});
}

TEST(ForecastText, HasItsIntervalAsItIs) {
  EXPECT_EQ(told(9.1 * kDay, 8.72 * kDay, 9.52 * kDay), "9.1 ± 0.4 days");
  EXPECT_EQ(told(9.1 * kDay, 9.1 * kDay, 9.1 * kDay), "9.1 days");
  EXPECT_EQ(told(9.1 * kDay, 5 * kDay, 31 * kDay),
            "9.1 days, from 5.0 to 31.0");
  EXPECT_EQ(told(9.1 * kDay, 5 * kDay, std::nullopt), "9.1 days, at least 5.0");
}

TEST(ForecastText, ComesInTheUnitThatPeopleThinkIn) {
  EXPECT_EQ(told(30, 30, 30), "30.0 seconds");
  EXPECT_EQ(told(119, 119, 119), "119 seconds");
  EXPECT_EQ(told(120, 120, 120), "2.0 minutes");
  EXPECT_EQ(told(1.5 * kDay, 1.5 * kDay, 1.5 * kDay), "36.0 hours");
  EXPECT_EQ(told(400 * kDay, 400 * kDay, 400 * kDay), "400 days");
  EXPECT_EQ(told(3 * kYear, 3 * kYear, 3 * kYear), "3.0 years");
  EXPECT_EQ(told(1e12, 1e11, std::nullopt), "more than 1000 years");
}

}  // namespace
}  // namespace tidemark
