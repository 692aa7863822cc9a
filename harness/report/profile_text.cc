#include "harness/report/profile_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "harness/profile/amount_text.h"
#include "harness/profile/flat_cum.h"
#include "harness/profile/name_pattern.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

// Amounts of one table, in the one unit that fits them.
class Amounts {
 public:
  Amounts(const Profile& profile, const ProfileQuestion& question,
          const std::vector<PlaceSums>& places)
      : unit_(profile.types[question.value].unit), total_(question.total) {
    std::vector<std::int64_t> amounts;
    for (const PlaceSums& sums : places)
      amounts.push_back(sums.flat != 0 ? sums.flat : sums.cum);
    if (!question.unit.empty())
      wanted_ = question.unit;
    else if (!amounts.empty())
      wanted_ = common_unit(amounts, total_, unit_);
  }

  std::string text(std::int64_t amount) const {
    return amount_text(amount, unit_, wanted_);
  }
  std::string total() const { return text(total_); }
  std::string part(std::int64_t amount) const {
    return percentage_text(amount, total_);
  }

 private:
  std::string unit_;
  std::int64_t total_;
  std::string wanted_;
};

std::string head(const Profile& profile, const ProfileQuestion& question,
                 const FlatCum& sums, const Amounts& amounts) {
  std::string text;
  if (!profile.mappings.empty() && !profile.mappings.front().file.empty()) {
    const std::string& file = profile.mappings.front().file;
    text +=
        fmt::format("File: {}\n", printable(file.substr(file.rfind('/') + 1)));
  }
  for (const std::string& comment : profile.comments)
    if (!comment.starts_with('#'))
      text += fmt::format("{}\n", printable(comment));
  text +=
      fmt::format("Type: {}\n", printable(profile.types[question.value].type));
  std::int64_t shown = 0;
  for (std::size_t i = 0; i < sums.rows; ++i)
    shown = wrapping_sum(shown, sums.places[i].flat);
  std::string part = amounts.part(shown);
  part.erase(0, part.find_first_not_of(' '));
  text += fmt::format("Showing nodes accounting for {}, {} of {} total\n",
                      amounts.text(shown), part, amounts.total());
  if (sums.rows < sums.all)
    text +=
        fmt::format("Showing top {} nodes out of {}\n", sums.rows, sums.all);
  return text;
}

FlatCum count(const Profile& profile, const ProfileQuestion& question) {
  FlatCumQuestion asked;
  asked.value = question.value;
  asked.by_cum = question.by_cum;
  asked.most = question.most_rows;
  return flat_cum(profile, asked);
}

const char* inline_text(Inlined inlined) {
  switch (inlined) {
    case Inlined::kNowhere:
      return "";
    case Inlined::kPartly:
      return " (partial-inline)";
    case Inlined::kEverywhere:
      break;
  }
  return " (inline)";
}

std::string columns_of(const PlaceSums& sums, std::int64_t flat_sum,
                       const Amounts& amounts) {
  return fmt::format("{:>10} {} {} {:>10} {}", amounts.text(sums.flat),
                     amounts.part(sums.flat), amounts.part(flat_sum),
                     amounts.text(sums.cum), amounts.part(sums.cum));
}

constexpr const char* kRule =
    "----------------------------------------------------------+-------------"
    "\n";

std::string call_row(const CallSums& call, std::int64_t cum,
                     const std::string& name, const Amounts& amounts) {
  return fmt::format("{:>50} {} |   {}{}\n", amounts.text(call.value),
                     percentage_text(call.value, cum), printable(name),
                     call.inlined ? " (inline)" : "");
}

// What the lines of one function in one file have.
struct ListedLines {
  std::int64_t start_line = 0;
  std::int64_t flat = 0;
  std::int64_t cum = 0;
  std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> lines;
};

// By name, then by file.
using Listed = std::map<std::string, std::map<std::string, ListedLines>>;

Result<Listed> listed(const FlatCum& sums, const std::string& text) {
  const Result<NamePattern> pattern = NamePattern::compile(text);
  TIDEMARK_TRY(pattern);
  Listed functions;
  for (std::size_t i = 0; i < sums.rows; ++i) {
    const PlaceSums& here = sums.places[i];
    const std::optional<bool> is = pattern->is_in(here.place.name);
    if (!is)
      return fail(
          ErrorKind::kUsage,
          fmt::format("the regular expression \"{}\" takes too long", text),
          "a part of a name is enough");
    if (!*is) continue;
    ListedLines& function = functions[here.place.name][here.place.file];
    function.start_line = here.place.start_line;
    function.flat = wrapping_sum(function.flat, here.flat);
    function.cum = wrapping_sum(function.cum, here.cum);
    auto& [flat, cum] = function.lines[here.place.line];
    flat = wrapping_sum(flat, here.flat);
    cum = wrapping_sum(cum, here.cum);
  }
  if (functions.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("no function has \"{}\" in its name", text),
                "`tidemark top` shows which there are");
  return functions;
}

std::string or_dot(std::int64_t amount, const Amounts& amounts) {
  return amount == 0 ? "." : amounts.text(amount);
}

// From so many lines above the first that has something to as many below the
// last; without its source, those alone.
std::string lines_text(const ListedLines& function,
                       const std::vector<std::string>& source,
                       const Amounts& amounts) {
  constexpr std::int64_t kAround = 5;
  constexpr const char* kLine = "{:>10} {:>10} {:>6}:{}\n";
  const auto number_of_lines = static_cast<std::int64_t>(source.size());
  std::string text;
  const std::int64_t last_with = function.lines.rbegin()->first;
  if (number_of_lines == 0 || last_with > number_of_lines || last_with < 1) {
    for (const auto& [line, sums] : function.lines)
      text +=
          fmt::format(fmt::runtime(kLine), or_dot(sums.first, amounts),
                      or_dot(sums.second, amounts), line, " (no source here)");
    return text;
  }
  std::int64_t first = function.lines.begin()->first;
  first = function.start_line > 0 && function.start_line <= first
              ? function.start_line
          : first > kAround ? first - kAround
                            : 1;
  const std::int64_t last = std::min(last_with + kAround, number_of_lines);
  for (std::int64_t line = first; line <= last; ++line) {
    const auto sums = function.lines.find(line);
    const bool here = sums != function.lines.end();
    text += fmt::format(fmt::runtime(kLine),
                        or_dot(here ? sums->second.first : 0, amounts),
                        or_dot(here ? sums->second.second : 0, amounts), line,
                        printable(source[static_cast<std::size_t>(line - 1)]));
  }
  return text;
}

}  // namespace

std::string profile_top(const Profile& profile,
                        const ProfileQuestion& question) {
  const FlatCum sums = count(profile, question);
  const Amounts amounts(profile, question, sums.places);
  const std::vector<Inlined> how = inlined(sums);
  std::string text = head(profile, question, sums, amounts);
  text += "      flat  flat%   sum%        cum   cum%\n";
  std::int64_t flat_sum = 0;
  for (std::size_t i = 0; i < sums.rows; ++i) {
    flat_sum = wrapping_sum(flat_sum, sums.places[i].flat);
    text +=
        fmt::format("{}  {}{}\n", columns_of(sums.places[i], flat_sum, amounts),
                    printable(sums.places[i].place.name), inline_text(how[i]));
  }
  return text;
}

std::string profile_tree(const Profile& profile,
                         const ProfileQuestion& question) {
  const FlatCum sums = count(profile, question);
  const Amounts amounts(profile, question, sums.places);
  std::vector<std::vector<const CallSums*>> in(sums.places.size());
  std::vector<std::vector<const CallSums*>> out(sums.places.size());
  for (const CallSums& call : sums.calls) {
    in[call.callee].push_back(&call);
    out[call.caller].push_back(&call);
  }
  const auto name = [&](std::size_t i) -> const std::string& {
    return sums.places[i].place.name;
  };
  std::string text = head(profile, question, sums, amounts);
  text += kRule;
  text +=
      "      flat  flat%   sum%        cum   cum%   calls calls% + context\n";
  std::int64_t flat_sum = 0;
  for (std::size_t i = 0; i < sums.rows; ++i) {
    const PlaceSums& here = sums.places[i];
    text += kRule;
    for (const CallSums* call : in[i])
      text += call_row(*call, here.cum, name(call->caller), amounts);
    flat_sum = wrapping_sum(flat_sum, here.flat);
    text += fmt::format("{}                | {}\n",
                        columns_of(here, flat_sum, amounts),
                        printable(here.place.name));
    for (const CallSums* call : out[i])
      text += call_row(*call, here.cum, name(call->callee), amounts);
  }
  if (sums.rows > 0) text += kRule;
  return text;
}

Result<std::string> profile_list(const Profile& profile,
                                 const ProfileQuestion& question,
                                 const SourceLines& source) {
  FlatCumQuestion asked;
  asked.value = question.value;
  asked.granularity = Granularity::kLines;
  const FlatCum sums = flat_cum(profile, asked);
  const Result<Listed> functions = listed(sums, question.pattern);
  TIDEMARK_TRY(functions);
  const Amounts amounts(profile, question, {});
  std::string text = fmt::format("Total: {}\n", amounts.total());
  for (const auto& [name, files] : *functions)
    for (const auto& [file, function] : files) {
      if (file.empty()) {
        if (files.size() == 1)
          text +=
              fmt::format("No source information for {}\n", printable(name));
        continue;
      }
      text += fmt::format(
          "ROUTINE ======================== {} in {}\n"
          "{:>10} {:>10} (flat, cum) {} of Total\n",
          printable(name), printable(file), amounts.text(function.flat),
          amounts.text(function.cum), amounts.part(function.cum));
      text += lines_text(function, source(file), amounts);
    }
  return text;
}

}  // namespace tidemark
