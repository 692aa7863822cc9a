#include "harness/report/watch_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tidemark {
namespace {

using testing::HasSubstr;
using testing::Not;

WatchReading reading_at(int seconds, std::int64_t live) {
  WatchReading reading;
  reading.time = "2026-11-22T07:31:" + std::to_string(10 + seconds % 50) + "Z";
  reading.at = std::chrono::seconds(seconds);
  reading.heap = WatchedHeap{{live}, {live / 96}, Bytes{2 * live}, {7}, {}};
  if (live > 1 << 20)
    reading.heap->growing = {{"join (chat.cc:33)", {live - (1 << 20)}, {12}},
                             {"a\"b\n\x1b[2J<name>", {16}, {1}}};
  reading.pss = Bytes{8 << 20};
  reading.fds = Count{12};
  reading.threads = Count{3};
  reading.connections = Count{5};
  return reading;
}

const WatchReading kFirst = reading_at(0, 1 << 20);
const WatchReading kLater = reading_at(30, 3 << 20);

TEST(WatchText, ALineHasTheFiguresAndTheirChange) {
  const std::string line = watch_line(kLater, kFirst);
  EXPECT_THAT(line, HasSubstr("2026-11-22T07:31:40Z"));
  EXPECT_THAT(line, HasSubstr("live 3.0 MiB (+2.0 MiB)"));
  EXPECT_THAT(line, HasSubstr("allocator 6.0 MiB"));
  EXPECT_THAT(line, HasSubstr("connections 5"));
  EXPECT_THAT(line, HasSubstr("most: +2.0 MiB join (chat.cc:33)"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST(WatchText, AHeapThatIsNotSeenIsNotZero) {
  WatchReading blind = kLater;
  blind.heap.reset();
  EXPECT_THAT(watch_line(blind, blind), Not(HasSubstr("live")));
  EXPECT_THAT(watch_table("x", {blind}, {}), HasSubstr("not seen"));
  EXPECT_TRUE(nlohmann::json::parse(watch_json(blind))["live_bytes"].is_null());
}

TEST(WatchText, JsonHasEveryFigure) {
  const auto json = nlohmann::json::parse(watch_json(kLater));
  EXPECT_EQ(json["live_bytes"], 3 << 20);
  EXPECT_EQ(json["allocator_bytes"], 6 << 20);
  EXPECT_EQ(json["seconds"], 30.0);
  EXPECT_EQ(json["growing"][0]["place"], "join (chat.cc:33)");
  EXPECT_EQ(json["growing"][0]["bytes"], 2 << 20);
}

TEST(WatchText, ATableKeepsTheFirstAndTheLast) {
  std::vector<WatchReading> readings;
  for (int i = 0; i < 40; ++i) readings.push_back(reading_at(i, (1 << 20) + i));
  const std::string table = watch_table("watch-chat", readings, {});
  EXPECT_THAT(table, HasSubstr("07:31:10"));
  EXPECT_THAT(table, HasSubstr("07:31:49"));
  EXPECT_THAT(table, Not(HasSubstr("07:31:20")));
  EXPECT_LT(std::count(table.begin(), table.end(), '\n'), 24);
}

TEST(WatchText, NoLineOfATableIsWiderThanTheTerminal) {
  WatchReading wide = kLater;
  wide.heap->growing[0].place = std::string(300, 'n');
  const std::string table = watch_table(std::string(300, 't'), {wide}, {});
  std::size_t column = 0;
  for (const char c : table) {
    column = c == '\n' ? 0 : column + ((c & 0xC0) != 0x80);
    EXPECT_LE(column, 80u);
  }
}

TEST(WatchText, NamesOfTheServiceDoNothing) {
  for (const std::string& text :
       {watch_line(kLater, kFirst), watch_table("x", {kFirst, kLater}, {}),
        watch_json(kLater), watch_openmetrics("x", kLater)})
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
}

TEST(WatchText, MetricsEndAsTheFormatWants) {
  const std::string text = watch_openmetrics("watch-chat", kLater);
  EXPECT_THAT(text, HasSubstr("tidemark_watch_live_heap_bytes{scenario="
                              "\"watch-chat\"} 3145728\n"));
  EXPECT_THAT(text, HasSubstr("place=\"join (chat.cc:33)\"} 2097152\n"));
  EXPECT_THAT(text, testing::EndsWith("# EOF\n"));
}

}  // namespace
}  // namespace tidemark
