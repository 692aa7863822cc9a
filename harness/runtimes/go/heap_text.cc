#include "harness/runtimes/go/heap_text.h"

#include <fmt/format.h>

#include <utility>

#include "harness/base/short_text.h"
#include "harness/runtimes/go/text_lines.h"

namespace tidemark::go {
namespace {

constexpr std::string_view kHeader = "heap profile:";
constexpr std::string_view kStatistics = "# runtime.MemStats";
// There are some thirty.
constexpr std::size_t kMostStatistics = 200;

// "1: 1024 [3: 3072] @"
bool take_amounts(std::string_view& line, HeapRecord& record) {
  return take_number(line, record.objects.value) && take_word(line, ":") &&
         take_number(line, record.bytes.value) && take_word(line, "[") &&
         take_number(line, record.ever_objects.value) && take_word(line, ":") &&
         take_number(line, record.ever_bytes.value) && take_word(line, "]") &&
         take_word(line, "@");
}

tl::unexpected<Error> wrong(std::size_t number, std::string_view line,
                            std::string_view why) {
  return fail(ErrorKind::kUsage,
              fmt::format("line {}, `{}`: {}", number, one_line(line), why));
}

// "# HeapAlloc = 190488", "# Stack = 393216 / 393216"
void read_statistic(std::string_view line,
                    std::map<std::string, std::uint64_t>& statistics) {
  const std::size_t equals = line.find(" = ");
  if (equals == std::string_view::npos || statistics.size() >= kMostStatistics)
    return;
  std::string_view digits = line.substr(equals + 3);
  std::uint64_t value = 0;
  // Fractions and lists are of no use here.
  if (!take_number(digits, value) ||
      (!digits.empty() && !digits.starts_with(" /")))
    return;
  statistics[std::string(trimmed(line.substr(1, equals - 1)))] = value;
}

Result<std::uint64_t> read_rate(std::string_view line) {
  HeapRecord sums;
  std::uint64_t twice = 0;
  const std::string_view whole = line;
  if (!take_word(line, kHeader) || !take_amounts(line, sums) ||
      !take_word(line, "heap/") || !take_number(line, twice))
    return fail(ErrorKind::kUsage,
                fmt::format("wanted a heap profile of Go, which begins with "
                            "`heap profile: … @ heap/RATE`; found `{}`",
                            one_line(whole)));
  return twice / 2;
}

// Beyond any machine, of one record as of all of them.
constexpr std::int64_t kMostOfAll = std::int64_t{1} << 55;

// Amounts that contradict each other are of no profile.
bool is_sound(const HeapRecord& record) {
  const bool live = record.objects.value > 0 || record.bytes.value == 0;
  const bool ever =
      record.ever_objects.value > 0 || record.ever_bytes.value == 0;
  return live && ever;
}

// Adds one amount; false if that is more than there can be.
bool take_in(std::int64_t amount, std::int64_t& sum) {
  if (amount > kMostOfAll || sum > kMostOfAll - amount) return false;
  sum += amount;
  return true;
}

bool take_in(const HeapRecord& record, HeapRecord& sums) {
  return take_in(record.objects.value, sums.objects.value) &&
         take_in(record.bytes.value, sums.bytes.value) &&
         take_in(record.ever_objects.value, sums.ever_objects.value) &&
         take_in(record.ever_bytes.value, sums.ever_bytes.value);
}

}  // namespace

Bytes size_of(const HeapRecord& record) {
  if (record.objects.value > 0)
    return Bytes{record.bytes.value / record.objects.value};
  if (record.ever_objects.value > 0)
    return Bytes{record.ever_bytes.value / record.ever_objects.value};
  return {};
}

Result<HeapText> read_heap_text(std::string_view text) {
  HeapText made;
  const Result<std::uint64_t> rate = read_rate(take_line(text));
  TIDEMARK_TRY(rate);
  made.rate = *rate;
  FrameTable frames;
  HeapRecord sums;
  // Half a profile has half of the blocks, and looks as if the rest were freed:
  // what follows the records shows that they are whole.
  const bool ends_with_a_line = text.ends_with('\n');
  bool has_statistics = false;
  bool in_statistics = false;
  std::size_t number = 1;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    ++number;
    if (in_statistics && line.starts_with('#')) {
      read_statistic(line, made.statistics);
      continue;
    }
    in_statistics = line.starts_with(kStatistics);
    has_statistics = has_statistics || in_statistics;
    if (in_statistics || trimmed(line).empty()) continue;
    if (line.starts_with('#')) {
      if (made.records.empty())
        return wrong(number, line, "a frame of no record");
      std::vector<std::uint32_t>& stack = made.records.back().frames;
      std::uint32_t frame = 0;
      if (!frames.number_of_line(line, frame)) continue;
      if (stack.size() == kDeepestStack)
        return wrong(number, line, "a stack that is too deep");
      stack.push_back(frame);
      continue;
    }
    HeapRecord record;
    std::string_view rest = line;
    if (!take_amounts(rest, record))
      return wrong(number, line, "wanted `blocks: bytes [blocks: bytes] @ …`");
    if (made.records.size() == kMostStacks)
      return wrong(number, line, kTooManyStacks);
    if (!is_sound(record) || !take_in(record, sums))
      return wrong(number, line, "amounts that cannot be");
    Result<std::vector<std::uint64_t>> addresses = read_addresses(rest);
    if (!addresses) return wrong(number, line, addresses.error().message);
    record.addresses = *std::move(addresses);
    made.records.push_back(std::move(record));
  }
  if (!has_statistics || !ends_with_a_line)
    return fail(
        ErrorKind::kUsage,
        fmt::format("half a heap profile, which ends in line {}: wanted "
                    "`{}` and its lines",
                    number, kStatistics));
  made.frames = frames.take();
  return made;
}

}  // namespace tidemark::go
