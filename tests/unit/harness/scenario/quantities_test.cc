#include "harness/scenario/quantities.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// "message | hint" of what must be refused.
template <class T>
std::string refusal(const Result<T>& result) {
  if (result) return "accepted";
  EXPECT_EQ(result.error().kind, ErrorKind::kUsage);
  return result.error().message + " | " + result.error().hint;
}

TEST(Quantities, DurationsAreReadInEveryUnit) {
  EXPECT_EQ(parse_duration("250ms"), milliseconds(250));
  EXPECT_EQ(parse_duration("5s"), seconds(5));
  EXPECT_EQ(parse_duration("2m"), minutes(2));
  EXPECT_EQ(parse_duration("1h"), hours(1));
  EXPECT_EQ(parse_duration(" 5 s "), seconds(5));
  EXPECT_EQ(parse_duration("1.5s"), milliseconds(1500));
  EXPECT_EQ(parse_duration("0.25ms"), microseconds(250));
  EXPECT_EQ(parse_duration("0"), Duration(0));
}

TEST(Quantities, ADurationWithoutUnitNamesTheUnits) {
  EXPECT_EQ(refusal(parse_duration("5")),
            "wanted a duration, found `5` without a unit | "
            "write 5ms, 5s, 5m or 5h");
}

TEST(Quantities, AnUnknownUnitOfTimeIsRefused) {
  EXPECT_EQ(refusal(parse_duration("5sec")),
            "wanted a duration, found `5sec` with the unknown unit `sec` | "
            "the unit is ms, s, m or h");
}

TEST(Quantities, NegativeAndBrokenDurationsAreRefused) {
  EXPECT_EQ(refusal(parse_duration("-5s")),
            "wanted a duration, found `-5s`, which is negative | ");
  EXPECT_EQ(refusal(parse_duration("soon")),
            "wanted a duration, found `soon` | "
            "write it like 250ms, 5s, 2m or 1h");
  for (const char* text : {"", " ", "s", ".5s", "+5s", "inf", "nan", "1e3s",
                           "0x5s", "5.s", "1m30s", "5s s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Quantities, WhatNoClockCanCountIsTooLarge) {
  EXPECT_EQ(refusal(parse_duration("99999999h")),
            "wanted a duration, found `99999999h`, which is too large | ");
  EXPECT_FALSE(parse_duration(std::string(400, '9') + "s"));
}

TEST(Quantities, SizesAreReadInEveryUnit) {
  EXPECT_EQ(parse_size("64 B"), Bytes{64});
  EXPECT_EQ(parse_size("64"), Bytes{64});
  EXPECT_EQ(parse_size("0"), Bytes{0});
  EXPECT_EQ(parse_size("4KiB"), Bytes{4096});
  EXPECT_EQ(parse_size("4 KB"), Bytes{4000});
  EXPECT_EQ(parse_size("2MiB"), Bytes{2 << 20});
  EXPECT_EQ(parse_size("1.5 MiB"), Bytes{3 << 19});
  EXPECT_EQ(parse_size("3MB"), Bytes{3'000'000});
  EXPECT_EQ(parse_size("1GiB"), Bytes{1 << 30});
  EXPECT_EQ(parse_size("1GB"), Bytes{1'000'000'000});
}

TEST(Quantities, AKThatCouldMeanEitherIsRefused) {
  EXPECT_EQ(refusal(parse_size("4K")),
            "wanted a size, found `4K` with the unknown unit `K` | "
            "write KiB for 1024 bytes or KB for 1000");
}

TEST(Quantities, AnUnknownUnitOfSizeIsRefused) {
  EXPECT_EQ(refusal(parse_size("64b")),
            "wanted a size, found `64b` with the unknown unit `b` | "
            "the unit is B, KB, MB, GB, KiB, MiB or GiB");
}

TEST(Quantities, HalfABytePerConnectionIsRefused) {
  EXPECT_EQ(refusal(parse_size("0.5")),
            "wanted a size of whole bytes, found `0.5` | ");
  EXPECT_FALSE(parse_size("-1"));
  EXPECT_FALSE(parse_size("99999999999 GiB"));
}

TEST(Quantities, RatesArePerSecondWhateverTheirUnit) {
  EXPECT_EQ(parse_rate("100/s"), 100.0);
  EXPECT_EQ(parse_rate("5000/m"), 5000.0 / 60);
  EXPECT_EQ(parse_rate("90/h"), 0.025);
  EXPECT_EQ(parse_rate("0.5 /s"), 0.5);
  EXPECT_EQ(parse_rate("0"), 0.0);
}

TEST(Quantities, ARateWithoutUnitNamesTheUnits) {
  EXPECT_EQ(refusal(parse_rate("100")),
            "wanted a rate, found `100` without a unit | "
            "write 100/s, 100/m or 100/h");
  EXPECT_EQ(refusal(parse_rate("100/d")),
            "wanted a rate, found `100/d` with the unknown unit `/d` | "
            "the unit is /s, /m or /h");
}

TEST(Quantities, WhatIsFormattedReadsBackTheSame) {
  for (Duration d :
       {Duration(0), Duration(milliseconds(1500)), Duration(seconds(5)),
        Duration(minutes(90)), Duration(hours(24))}) {
    EXPECT_EQ(parse_duration(format_duration(d)), d) << format_duration(d);
  }
  for (std::int64_t n : {0, 1, 1000, 1024, 1536, 1 << 20, 3 << 20, 1 << 30})
    EXPECT_EQ(parse_size(format_size(Bytes{n})), Bytes{n});
  EXPECT_EQ(format_duration(minutes(90)), "90m");
  EXPECT_EQ(format_size(Bytes{64 << 10}), "64 KiB");
}

}  // namespace
}  // namespace tidemark
