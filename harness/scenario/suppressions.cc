#include "harness/scenario/suppressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "harness/base/text_file.h"
#include "harness/scenario/characters.h"
#include "harness/scenario/diagnostics.h"
#include "harness/scenario/document.h"
#include "harness/scenario/fields.h"
#include "harness/scenario/text_rules.h"

namespace tidemark {
namespace {

constexpr double kMost = 1e12;
constexpr std::size_t kMaxVersionParts = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Status check_fingerprint(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (text.size() == 16 && text.find_first_not_of(kDigits) == text.npos)
    return {};
  return refused(
      fmt::format("wanted 16 hexadecimal digits, found `{}`", printable(text)),
      "copy it from a report of tidemark");
}

bool is_leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

Status check_date(const std::string& text) {
  const auto number = [&text](std::size_t at, std::size_t digits) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + digits, value);
    return value;
  };
  bool good = text.size() == 10 && text[4] == '-' && text[7] == '-';
  for (std::size_t i = 0; good && i < text.size(); ++i)
    good = i == 4 || i == 7 || is_digit(text[i]);
  if (good) {
    static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30,
                                                  31, 31, 30, 31, 30, 31};
    const int month = number(5, 2);
    const int day = number(8, 2);
    good = month >= 1 && month <= 12 && day >= 1 &&
           day <= kDays[static_cast<std::size_t>(month - 1)] +
                      (month == 2 && is_leap(number(0, 4)) ? 1 : 0);
  }
  if (good) return {};
  return refused(fmt::format("wanted a day, found `{}`", printable(text)),
                 "write it like 2027-01-31");
}

Status check_glob(const std::string& text) {
  if (text.empty() || text.find_first_not_of("*?!") == text.npos)
    return refused(
        fmt::format("wanted a name with * and ?, found `{}`", printable(text)),
        "a rule for everything is none");
  return {};
}

std::optional<std::vector<std::uint32_t>> parse_version(std::string_view text) {
  std::vector<std::uint32_t> parts;
  const char* at = text.data();
  const char* end = text.data() + text.size();
  while (parts.size() < kMaxVersionParts) {
    std::uint32_t part = 0;
    const std::from_chars_result read = std::from_chars(at, end, part);
    if (read.ec != std::errc()) return std::nullopt;
    parts.push_back(part);
    if (read.ptr == end) return parts;
    if (*read.ptr != '.') return std::nullopt;
    at = read.ptr + 1;
  }
  return std::nullopt;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

Result<VersionPredicate> parse_predicate(const std::string& text) {
  using Comparison = VersionPredicate::Comparison;
  static constexpr std::array<std::pair<std::string_view, Comparison>, 6>
      kComparisons = {{{"<", Comparison::kLess},
                       {"<=", Comparison::kAtMost},
                       {"=", Comparison::kEqual},
                       {"!=", Comparison::kNot},
                       {">=", Comparison::kAtLeast},
                       {">", Comparison::kMore}}};
  const std::vector<std::string> words = words_of(text);
  if (words.size() == 3) {
    const auto comparison = std::find_if(
        kComparisons.begin(), kComparisons.end(),
        [&](const auto& entry) { return entry.first == words[1]; });
    const auto version = parse_version(words[2]);
    if (comparison != kComparisons.end() && version)
      return VersionPredicate{words[0], comparison->second, *version};
  }
  return refused(fmt::format("wanted a library, a comparison and a version, "
                             "found `{}`",
                             printable(text)),
                 "write it like libfoo < 1.2.3, with one of < <= = != >= >");
}

// A number that may have a fraction.
void read_most(Section& section, std::string_view key, double& out) {
  const Node* node =
      section.require(key, "a rule without a bound would hide any growth");
  if (node == nullptr) return;
  double value = -1;
  const char* end = node->text.data() + node->text.size();
  const std::from_chars_result read =
      std::from_chars(node->text.data(), end, value, std::chars_format::fixed);
  const bool number = node->kind == NodeKind::kScalar && !node->quoted &&
                      read.ec == std::errc() && read.ptr == end;
  if (number && value >= 0 && value <= kMost) {
    out = value;
    return;
  }
  add_mismatch(*node, section.path(key), "a number of 0 or more",
               section.problems(), "write it like 96 or 0.25");
}

GrowthBound read_bound(Section& section, const std::string& unit) {
  GrowthBound bound;
  read_most(section, "max_bytes_per_" + unit, bound.bytes);
  read_most(section, "max_objects_per_" + unit, bound.objects);
  return bound;
}

// One of the two, or both; a bound has both of its numbers.
void read_bounds(Section& section, SuppressionRule& rule) {
  const auto has = [&section](std::string_view key) {
    return section.find(key) != nullptr;
  };
  const bool bytes_in_time = has("max_bytes_per_second");
  const bool timed = has("max_objects_per_second") || bytes_in_time;
  const bool bytes_counted = has("max_bytes_per_connection");
  const bool counted = has("max_objects_per_connection") || bytes_counted;
  if (timed) rule.per_second = read_bound(section, "second");
  if (counted || !timed)
    rule.per_connection = read_bound(section, "connection");
}

void read_frames(Section& section, std::vector<std::string>& frames) {
  const Node* node = section.find("frames");
  if (node == nullptr) return;
  if (node->kind == NodeKind::kList) {
    section.texts("frames", frames, check_glob);
    if (node->items.empty())
      section.complain(*node, "frames", "wanted at least one, found none");
    return;
  }
  if (const auto one = read_text(*node, section.path("frames"),
                                 section.problems(), check_glob))
    frames.assign(1, *one);
}

SuppressionRule read_rule(Section section, std::string where) {
  SuppressionRule rule;
  rule.where = std::move(where);
  section.text("fingerprint", rule.fingerprint, check_fingerprint);
  read_frames(section, rule.frames);
  if (section.require("kind",
                      "say why it is put up with: leak, cache or "
                      "library") != nullptr)
    section.word<SuppressionKind>("kind", rule.kind,
                                  {{"leak", SuppressionKind::kLeak},
                                   {"cache", SuppressionKind::kCache},
                                   {"library", SuppressionKind::kLibrary}});
  read_bounds(section, rule);
  section.text("bug", rule.bug);
  section.text("owner", rule.owner);
  section.text("expires", rule.expires, check_date);
  if (const Node* node = section.find("applies")) {
    const std::string name = section.path("applies");
    if (const auto text = read_text(*node, name, section.problems())) {
      const Result<VersionPredicate> predicate = parse_predicate(*text);
      if (predicate)
        rule.applies = *predicate;
      else
        add_error(*node, name, predicate.error(), section.problems());
    }
  }
  const bool about_nothing = section.find("fingerprint") == nullptr &&
                             section.find("frames") == nullptr;
  if (about_nothing && section.node().kind == NodeKind::kMap)
    section.problems().add(
        section.node().at,
        fmt::format("`{}`: wanted fingerprint or frames, found neither",
                    section.name()),
        "the report of a leak has a rule to copy");
  section.finish();
  return rule;
}

std::vector<SuppressionRule> read_rules(const Node& root,
                                        const std::string& path,
                                        Diagnostics& problems) {
  std::vector<SuppressionRule> rules;
  Section file(root, "", problems);
  if (const Node* version = file.require("version", "start with version: 1"))
    if (version->kind != NodeKind::kScalar || version->text != "1")
      add_mismatch(*version, "version", "1", problems,
                   "this tidemark reads version 1 only");
  if (const Node* list =
          file.require("suppressions", "it is a list of rules")) {
    if (list->kind != NodeKind::kList ||
        list->items.size() > kMaxSuppressions) {
      add_mismatch(*list, "suppressions",
                   fmt::format("a list of at most {} rules", kMaxSuppressions),
                   problems);
    } else {
      for (std::size_t i = 0; i < list->items.size(); ++i)
        rules.push_back(
            read_rule(Section(list->items[i],
                              fmt::format("suppressions[{}]", i), problems),
                      fmt::format("{}:{}", path, list->items[i].at.line + 1)));
    }
  }
  file.finish();
  return rules;
}

tl::unexpected<Error> unreadable(const std::string& path,
                                 const std::string& why) {
  return fail(ErrorKind::kUsage,
              fmt::format("cannot read the suppressions `{}`: {}",
                          printable(path, path.size()), why),
              "check --suppressions and the scenario's `suppressions`");
}

}  // namespace

Result<std::vector<SuppressionRule>> load_suppressions(const std::string& path,
                                                       std::string_view text) {
  if (const auto why = too_large(text)) return unreadable(path, *why);
  text = without_byte_order_mark(text);
  Diagnostics problems;
  std::optional<Node> root;
  if (check_characters(text, problems)) root = parse_document(text, problems);
  std::vector<SuppressionRule> rules;
  if (root) rules = read_rules(*root, path, problems);
  if (!problems.empty())
    return fail(ErrorKind::kUsage, problems.render(path, text));
  return rules;
}

Result<std::vector<SuppressionRule>> load_suppression_file(
    const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return unreadable(path, text.error().message);
  return load_suppressions(path, *text);
}

}  // namespace tidemark
