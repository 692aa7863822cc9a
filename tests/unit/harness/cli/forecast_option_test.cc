#include "harness/cli/forecast_option.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(ForecastOption, IsARateAndASize) {
  const auto forecast = parse_forecast("40/s,512MiB");
  ASSERT_TRUE(forecast && *forecast);
  EXPECT_EQ((*forecast)->arrivals_per_second, 40);
  EXPECT_EQ((*forecast)->headroom, Bytes{512 << 20});
  EXPECT_EQ((*forecast)->headroom_of, "");
}

TEST(ForecastOption, WithoutASizeItIsThisMachines) {
  const auto forecast = parse_forecast("600/m");
  ASSERT_TRUE(forecast && *forecast);
  EXPECT_EQ((*forecast)->arrivals_per_second, 10);
  EXPECT_GT((*forecast)->headroom.value, 0);
  EXPECT_NE((*forecast)->headroom_of, "");
}

TEST(ForecastOption, NothingIsNoForecast) {
  const auto forecast = parse_forecast("");
  ASSERT_TRUE(forecast);
  EXPECT_FALSE(*forecast);
}

TEST(ForecastOption, SaysWhatIsWrong) {
  for (const char* text : {"40", "40/s,", "40/s,0", "0/s,5MiB", ",5MiB",
                           "-4/s,5MiB", "40/s,5MiB,6", "x"}) {
    const auto forecast = parse_forecast(text);
    ASSERT_FALSE(forecast) << text;
    EXPECT_EQ(forecast.error().kind, ErrorKind::kUsage) << text;
    EXPECT_EQ(forecast.error().hint, "for example --forecast 40/s,512MiB");
  }
  EXPECT_EQ(parse_forecast("40").error().message,
            "--forecast 40: wanted a rate, found `40` without a unit");
}

}  // namespace
}  // namespace tidemark
