#include "harness/profile/amount_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <string_view>

#include "harness/profile/profile.h"

namespace tidemark {
namespace {

struct Unit {
  const char* name;
  std::vector<std::string_view> words;
  double factor;
};

// Of one kind; the last is for words that are of none of them.
struct UnitKind {
  std::vector<Unit> units;
  const char* otherwise;
  double otherwise_factor;
};

const std::vector<UnitKind>& unit_kinds() {
  static const std::vector<UnitKind> kKinds = {
      {{{"B", {"b", "byte"}, 1},
        {"kB", {"kb", "kbyte", "kilobyte"}, 0x1p10},
        {"MB", {"mb", "mbyte", "megabyte"}, 0x1p20},
        {"GB", {"gb", "gbyte", "gigabyte"}, 0x1p30},
        {"TB", {"tb", "tbyte", "terabyte"}, 0x1p40},
        {"PB", {"pb", "pbyte", "petabyte"}, 0x1p50}},
       "B",
       1},
      {{{"ns", {"ns", "nanosecond"}, 1},
        {"us", {"μs", "us", "microsecond"}, 1e3},
        {"ms", {"ms", "millisecond"}, 1e6},
        {"s", {"s", "sec", "second"}, 1e9},
        {"hrs", {"hour", "hr"}, 3600e9}},
       "s",
       1e9}};
  return kKinds;
}

const Unit* find_unit(const UnitKind& kind, std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  if (word.size() > 2 && word.ends_with('s')) word.pop_back();
  for (const Unit& unit : kind.units)
    for (const std::string_view known : unit.words)
      if (word == known) return &unit;
  return nullptr;
}

struct Scaled {
  double value = 0;
  std::string unit;
};

// `wanted` empty: the largest unit in which it is 1 or more.
Scaled scaled(std::int64_t amount, const std::string& from,
              const std::string& wanted) {
  const double size = std::fabs(static_cast<double>(amount));
  const double sign = amount < 0 ? -1 : 1;
  for (const UnitKind& kind : unit_kinds()) {
    const Unit* unit = find_unit(kind, from);
    if (!unit) continue;
    const double base = size * unit->factor;
    Scaled found{base / kind.otherwise_factor, kind.otherwise};
    if (wanted.empty()) {
      double best = 0;
      for (const Unit& larger : kind.units)
        if (larger.factor >= best && base / larger.factor >= 1) {
          best = larger.factor;
          found = {base / larger.factor, larger.name};
        }
    } else if (const Unit* to = find_unit(kind, wanted)) {
      found = {base / to->factor, to->name};
    }
    found.value *= sign;
    return found;
  }
  const bool obvious = wanted.empty() || wanted == "count" ||
                       wanted == "sample" || wanted == "unit";
  return {size * sign, obvious ? "" : wanted};
}

}  // namespace

std::string common_unit(const std::vector<std::int64_t>& amounts,
                        std::int64_t total, const std::string& unit) {
  std::int64_t least = 0;
  for (const std::int64_t amount : amounts) {
    const std::int64_t size = magnitude(amount);
    if (size > 0 && (least == 0 || size < least)) least = size;
  }
  if (least == 0) least = total;
  const std::string of_least = scaled(least, unit, "").unit;
  std::string found = of_least;
  constexpr std::int64_t kHundred = 100;
  const bool far_apart = least <= total / kHundred && least * kHundred != total;
  if (of_least != scaled(total, unit, "").unit && far_apart)
    found = scaled(kHundred * least, unit, "").unit;
  return found.empty() ? unit : found;
}

std::string amount_text(std::int64_t amount, const std::string& unit,
                        const std::string& wanted) {
  const Scaled found = scaled(amount, unit, wanted);
  std::string digits = fmt::format("{:.2f}", found.value);
  if (digits.ends_with(".00")) digits.resize(digits.size() - 3);
  if (digits == "0" || digits == "-0") return "0";
  return digits + found.unit;
}

std::string percentage_text(std::int64_t part, std::int64_t whole) {
  double ratio = 0;
  if (whole != 0)
    ratio =
        std::fabs(static_cast<double>(part) / static_cast<double>(whole)) * 100;
  if (ratio >= 99.95 && ratio <= 100.05) return "  100%";
  if (ratio >= 1) return fmt::format("{:5.2f}%", ratio);
  return fmt::format("{:5.2g}%", ratio);
}

}  // namespace tidemark
