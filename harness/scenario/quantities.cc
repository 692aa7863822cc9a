#include "harness/scenario/quantities.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "harness/base/spelling.h"
#include "harness/scenario/diagnostics.h"

namespace tidemark {
namespace {

// Every double up to here is exact to the unit; 104 days in nanoseconds.
constexpr double kLargest = 9e15;

struct Unit {
  std::string_view word;
  double factor;
};

constexpr Unit kDurationUnits[] = {
    {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
constexpr Unit kSizeUnits[] = {{"B", 1},
                               {"KB", 1e3},
                               {"MB", 1e6},
                               {"GB", 1e9},
                               {"KiB", 1024},
                               {"MiB", 1024.0 * 1024},
                               {"GiB", 1024.0 * 1024 * 1024}};
constexpr Unit kRateUnits[] = {{"/s", 1}, {"/m", 60}, {"/h", 3600}};

struct Quantity {
  double number = 0;
  std::string_view number_text;
  std::string_view unit;
};

std::string_view without_blanks_around(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A plain decimal number, then a unit; no sign, no exponent, no infinity.
std::optional<Quantity> split(std::string_view text) {
  text = without_blanks_around(text);
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
    ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
  }
  Quantity result;
  result.number_text = text.substr(0, end);
  const std::from_chars_result parsed = std::from_chars(
      text.data(), text.data() + end, result.number, std::chars_format::fixed);
  if (parsed.ec != std::errc()) return std::nullopt;
  result.unit = without_blanks_around(text.substr(end));
  return result;
}

template <std::size_t N>
const Unit* find_unit(const Unit (&units)[N], std::string_view word) {
  for (const Unit& unit : units)
    if (unit.word == word) return &unit;
  return nullptr;
}

template <std::size_t N>
std::vector<std::string> words_of(const Unit (&units)[N]) {
  std::vector<std::string> words;
  for (const Unit& unit : units) words.emplace_back(unit.word);
  return words;
}

// "5ms, 5s, 5m or 5h"
std::string alternatives(std::string_view number, std::string_view gap,
                         const std::vector<std::string>& units) {
  std::string result;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (i > 0) result += i + 1 < units.size() ? ", " : " or ";
    result += fmt::format("{}{}{}", number, gap, units[i]);
  }
  return result;
}

template <std::size_t N>
Error unknown_unit(std::string_view kind, std::string_view text,
                   const Quantity& quantity, const Unit (&units)[N]) {
  const std::vector<std::string> words = words_of(units);
  return {ErrorKind::kUsage,
          fmt::format("wanted {}, found `{}` with the unknown unit `{}`", kind,
                      printable(text), printable(quantity.unit)),
          fmt::format("the unit is {}", alternatives("", "", words))};
}

Error not_a_quantity(std::string_view kind, std::string_view text,
                     std::string_view example) {
  if (without_blanks_around(text).starts_with('-')) {
    return {ErrorKind::kUsage,
            fmt::format("wanted {}, found `{}`, which is negative", kind,
                        printable(text)),
            {}};
  }
  return {ErrorKind::kUsage,
          fmt::format("wanted {}, found `{}`", kind, printable(text)),
          fmt::format("write it like {}", example)};
}

Error too_large(std::string_view kind, std::string_view text) {
  return {ErrorKind::kUsage,
          fmt::format("wanted {}, found `{}`, which is too large", kind,
                      printable(text)),
          {}};
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  constexpr std::string_view kind = "a duration";
  const std::optional<Quantity> quantity = split(text);
  if (!quantity) return fail(not_a_quantity(kind, text, "250ms, 5s, 2m or 1h"));
  if (quantity->unit.empty()) {
    if (quantity->number == 0) return Duration(0);
    return fail(
        ErrorKind::kUsage,
        fmt::format("wanted {}, found `{}` without a unit", kind,
                    printable(text)),
        fmt::format("write {}", alternatives(printable(quantity->number_text),
                                             "", words_of(kDurationUnits))));
  }
  const Unit* unit = find_unit(kDurationUnits, quantity->unit);
  if (unit == nullptr)
    return fail(unknown_unit(kind, text, *quantity, kDurationUnits));
  const double value = quantity->number * unit->factor;
  if (value > kLargest) return fail(too_large(kind, text));
  return Duration(std::llround(value));
}

Result<Bytes> parse_size(std::string_view text) {
  constexpr std::string_view kind = "a size";
  const std::optional<Quantity> quantity = split(text);
  if (!quantity) return fail(not_a_quantity(kind, text, "64 B, 4KiB or 2MiB"));
  double factor = 1;
  if (!quantity->unit.empty()) {
    const Unit* unit = find_unit(kSizeUnits, quantity->unit);
    if (unit == nullptr) {
      Error error = unknown_unit(kind, text, *quantity, kSizeUnits);
      // K and k are KB to some and KiB to others: no guess between them.
      if (quantity->unit == "K" || quantity->unit == "k")
        error.hint = "write KiB for 1024 bytes or KB for 1000";
      return fail(std::move(error));
    }
    factor = unit->factor;
  }
  const double value = quantity->number * factor;
  if (value > kLargest) return fail(too_large(kind, text));
  if (value != std::floor(value)) {
    return fail(ErrorKind::kUsage,
                fmt::format("wanted {} of whole bytes, found `{}`", kind,
                            printable(text)));
  }
  return Bytes{static_cast<std::int64_t>(value)};
}

Result<double> parse_rate(std::string_view text) {
  constexpr std::string_view kind = "a rate";
  const std::optional<Quantity> quantity = split(text);
  if (!quantity) return fail(not_a_quantity(kind, text, "100/s or 5000/m"));
  if (quantity->unit.empty()) {
    if (quantity->number == 0) return 0.0;
    return fail(
        ErrorKind::kUsage,
        fmt::format("wanted {}, found `{}` without a unit", kind,
                    printable(text)),
        fmt::format("write {}", alternatives(printable(quantity->number_text),
                                             "", words_of(kRateUnits))));
  }
  const Unit* unit = find_unit(kRateUnits, quantity->unit);
  if (unit == nullptr)
    return fail(unknown_unit(kind, text, *quantity, kRateUnits));
  if (quantity->number > kLargest) return fail(too_large(kind, text));
  return quantity->number / unit->factor;
}

std::string format_duration(Duration duration) {
  const std::int64_t ms = duration.count() / 1'000'000;
  if (ms % 3'600'000 == 0 && ms > 0) return fmt::format("{}h", ms / 3'600'000);
  if (ms % 60'000 == 0 && ms > 0) return fmt::format("{}m", ms / 60'000);
  if (ms % 1000 == 0) return fmt::format("{}s", ms / 1000);
  return fmt::format("{}ms", ms);
}

std::string format_size(Bytes size) {
  constexpr std::int64_t kKiB = 1024;
  const std::int64_t n = size.value;
  if (n != 0 && n % (kKiB * kKiB * kKiB) == 0)
    return fmt::format("{} GiB", n / (kKiB * kKiB * kKiB));
  if (n != 0 && n % (kKiB * kKiB) == 0)
    return fmt::format("{} MiB", n / (kKiB * kKiB));
  if (n != 0 && n % kKiB == 0) return fmt::format("{} KiB", n / kKiB);
  return fmt::format("{} B", n);
}

}  // namespace tidemark
