#include "harness/report/holdings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "harness/report/names.h"
#include "harness/report/printable_record.h"
#include "harness/report/retention_text.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"
#include "harness/report/way_tree.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kAround = 2;  // lines above and below in `list`

// Who allocated how much of what the question is about.
struct Allocated {
  const SiteRecord* site = nullptr;  // the first one there
  std::string place;
  Bytes bytes;
  Count objects;
};

struct Answer {
  const Retention* retention = nullptr;  // null: nobody was asked
  std::vector<Allocated> allocated;      // most bytes first
};

Result<const Finding*> finding_of(const RunRecord& record, std::size_t number) {
  const std::size_t count =
      record.judgement ? record.judgement->findings.size() : 0;
  if (number >= 1 && number <= count)
    return numbered(*record.judgement)[number - 1];
  return fail(
      ErrorKind::kUsage, fmt::format("the record has no finding {}", number),
      count == 0 ? "it has none at all" : fmt::format("it has 1 to {}", count));
}

// Places are one for whoever reads, whatever way led there.
void add(std::vector<Allocated>& sums, const RunRecord& record, SiteId site,
         Bytes bytes, Count objects) {
  const SiteRecord* described = find_site(record, site);
  const std::string place =
      described ? place_of(*described) : "an unknown caller";
  const auto known =
      std::find_if(sums.begin(), sums.end(),
                   [&](const Allocated& sum) { return sum.place == place; });
  if (known == sums.end()) {
    sums.push_back({described, place, bytes, objects});
  } else {
    known->bytes += bytes;
    known->objects += objects;
  }
}

// The last holder of a way is a block in question: who allocated it, how many.
std::vector<Allocated> allocated_in(const RunRecord& record,
                                    const Retention& retention) {
  std::vector<Allocated> sums;
  for (const RetainingPath& path : retention.paths)
    if (!path.holders.empty())
      add(sums, record, path.holders.back().site, path.bytes, path.objects);
  return sums;
}

Result<Answer> answer(const RunRecord& record,
                      const HoldingsQuestion& question) {
  Answer found;
  if (question.finding) {
    Result<const Finding*> finding = finding_of(record, *question.finding);
    TIDEMARK_TRY(finding);
    if ((*finding)->retention) {
      found.retention = &*(*finding)->retention;
      found.allocated = allocated_in(record, *found.retention);
    } else if (!(*finding)->sites.empty()) {
      add(found.allocated, record, (*finding)->sites.front(),
          (*finding)->residue, (*finding)->objects);
    }
  } else {
    if (record.held) found.retention = &*record.held;
    const std::vector<LastHeld>& largest =
        record.allocated.empty() ? record.post_mortem : record.allocated;
    for (const LastHeld& held : largest)
      add(found.allocated, record, held.site, held.bytes, held.objects);
  }
  std::stable_sort(
      found.allocated.begin(), found.allocated.end(),
      [](const Allocated& a, const Allocated& b) { return a.bytes > b.bytes; });
  if (found.retention || !found.allocated.empty()) return found;
  return fail(ErrorKind::kUsage,
              "the record does not say who holds what: nothing stayed that "
              "the verdict blames",
              "`target: {retention: always}` in the scenario asks after every "
              "run");
}

Result<Answer> answer_with_holders(const RunRecord& record,
                                   const HoldingsQuestion& question) {
  Result<Answer> found = answer(record, question);
  TIDEMARK_TRY(found);
  if (found->retention) return found;
  return fail(
      ErrorKind::kUsage,
      "the record says who allocated, but nobody was asked who holds it",
      record.post_mortem.empty()
          ? "`target: {retention: always}` in the scenario asks after "
            "every run"
          : "a service that has died cannot be asked; `tidemark top` "
            "shows who allocated");
}

std::string share_text(double part, double whole) {
  return whole > 0 ? fmt::format("{:.1f} %", 100 * part / whole) : "–";
}

// Who: bytes, part of all, blocks, name.
constexpr const char* kRow = "  {:>10}{:>9}{:>12}  {}";
constexpr std::size_t kNameColumn = 35;

std::string row(const std::string& bytes, const std::string& part,
                const std::string& objects, const std::string& name,
                std::size_t width) {
  return wrapped(fmt::format(fmt::runtime(kRow), bytes, part, objects, name),
                 kNameColumn, width);
}

// What each root holds and retains; the LeakShare only where it says more.
class HoldersTable {
 public:
  HoldersTable(const RunRecord& record, const Retention& retention,
               std::size_t width)
      : record_(record),
        retention_(retention),
        roots_(way_tree(record, retention)),
        width_(width) {
    for (const Branch& root : roots_)
      shared_ |= bytes_text(root.share) != bytes_text(root.retained);
  }

  std::string print(std::size_t most_rows) const {
    const std::string noun = noun_of(record_, retention_);
    std::string text = line("holds", "of all", noun + "s",
                            {"retains", "leak share"}, "who holds");
    for (std::size_t i = 0; i < roots_.size() && i < most_rows; ++i)
      text += line(roots_[i].objects, roots_[i].bytes, retained(roots_[i]),
                   root_text(record_, *roots_[i].root));
    if (roots_.size() > most_rows)
      text += fmt::format("  … and {} more\n", roots_.size() - most_rows);
    if (const Unkept rest = unkept(retention_); rest.objects.value > 0)
      text += line(rest.objects, rest.bytes, {},
                   "others, in ways that were not kept");
    if (retention_.unreachable.value > 0)
      text += line(retention_.unreachable, retention_.unreachable_bytes, {},
                   "nobody: no pointer to them is left");
    text +=
        wrapped(fmt::format("  retains: what nothing else reaches, other {}s "
                            "included",
                            noun),
                4, width_);
    if (shared_)
      text +=
          wrapped("  leak share: with what several reach, divided among them",
                  4, width_);
    return text;
  }

 private:
  static constexpr std::size_t kHang = 14;

  struct Retained {
    std::string alone = "–";
    std::string share = "–";
  };

  static Retained retained(const Branch& root) {
    if (retained_text(root).empty()) return {};
    return {bytes_text(root.retained), bytes_text(root.share)};
  }

  std::string line(const std::string& bytes, const std::string& part,
                   const std::string& objects, const Retained& retained,
                   const std::string& name) const {
    std::string front = fmt::format("  {:>10}{:>9}{:>12}{:>11}", bytes, part,
                                    objects, retained.alone);
    if (shared_) front += fmt::format("{:>12}", retained.share);
    front += "  ";
    const std::size_t wide = columns(front);
    // Where names would be a narrow column they have lines of their own.
    constexpr std::size_t kNarrow = 32;
    if (wide + columns(name) > width_ && wide + kNarrow > width_)
      return front.substr(0, front.size() - 2) + "\n" +
             wrapped(std::string(kHang, ' ') + name, kHang, width_);
    return wrapped(front + name, wide, width_);
  }

  std::string line(Count objects, Bytes bytes, const Retained& retained,
                   const std::string& name) const {
    return line(bytes_text(bytes),
                share_text(double(bytes.value),
                           static_cast<double>(retention_.bytes.value)),
                number_text(objects), retained, name);
  }

  const RunRecord& record_;
  const Retention& retention_;
  std::vector<Branch> roots_;
  std::size_t width_;
  bool shared_ = false;
};

std::string allocated_table(const std::vector<Allocated>& allocated,
                            std::size_t most_rows, std::size_t width) {
  double all = 0;
  for (const Allocated& one : allocated)
    all += static_cast<double>(one.bytes.value);
  std::string text = row("live", "of these", "blocks", "who allocated", width);
  for (std::size_t i = 0; i < allocated.size() && i < most_rows; ++i)
    text += row(bytes_text(allocated[i].bytes),
                share_text(double(allocated[i].bytes.value), all),
                number_text(allocated[i].objects), allocated[i].place, width);
  if (allocated.size() > most_rows)
    text += fmt::format("  … and {} more\n", allocated.size() - most_rows);
  return text;
}

class TreePrinter {
 public:
  TreePrinter(const RunRecord& record, std::size_t most_rows, std::size_t width)
      : record_(record), most_(most_rows), width_(width) {}

  std::string print(const Retention& retention) {
    noun_ = noun_of(record_, retention);
    print_all(way_tree(record_, retention), "  ");
    if (left_out_ > 0)
      text_ += fmt::format("  … and {} more {}\n", left_out_,
                           left_out_ == 1 ? "branch" : "branches");
    return text_;
  }

 private:
  void print_all(const std::vector<Branch>& branches,
                 const std::string& margin) {
    for (std::size_t i = 0; i < branches.size(); ++i) {
      if (rows_++ >= most_) {
        ++left_out_;
        continue;
      }
      const bool last = i + 1 == branches.size();
      print_one(branches[i], margin, last);
      print_all(branches[i].below, margin + (last ? "   " : "│  "));
    }
  }

  void print_one(const Branch& branch, const std::string& margin, bool last) {
    std::string what = fmt::format("{} in {}  ", bytes_text(branch.bytes),
                                   plural(double(branch.objects.value), noun_));
    std::string place;
    if (branch.root) {
      what += root_text(record_, *branch.root);
      place = retained_text(branch);
    } else {
      const SiteRecord* site = find_site(record_, branch.holder->site);
      const std::string by = reference_text(*branch.holder, site);
      what += by + (by.empty() ? "" : " ") + holder_text(*branch.holder);
      if (site) place = holder_place(*branch.holder, *site);
    }
    text_ += broken_line(what, place, margin + (last ? "└ " : "├ "),
                         margin + (last ? "  " : "│ "), width_);
  }

  const RunRecord& record_;
  std::size_t most_;
  std::size_t width_;
  std::size_t rows_ = 0;
  std::size_t left_out_ = 0;
  std::string noun_;
  std::string text_;
};

bool matches(const Frame& frame, const std::string& pattern) {
  return pattern.empty() || frame.function.find(pattern) != std::string::npos ||
         frame.file.find(pattern) != std::string::npos;
}

// What the lines of one function have allocated.
struct ListedFunction {
  std::string name;
  std::string file;
  Bytes bytes;
  Count objects;
  std::map<std::uint64_t, std::pair<Bytes, Count>> lines;
};

std::vector<ListedFunction> listed(const std::vector<Allocated>& allocated,
                                   const std::string& pattern) {
  std::vector<ListedFunction> functions;
  for (const Allocated& one : allocated) {
    const Frame* frame = one.site ? guilty_frame(*one.site) : nullptr;
    if (!frame || !matches(*frame, pattern)) continue;
    auto known = std::find_if(functions.begin(), functions.end(),
                              [&](const ListedFunction& function) {
                                return function.name == frame->function &&
                                       function.file == frame->file;
                              });
    if (known == functions.end())
      known =
          functions.insert(known, {frame->function, frame->file, {}, {}, {}});
    known->bytes += one.bytes;
    known->objects += one.objects;
    auto& [bytes, objects] = known->lines[frame->line];
    bytes += one.bytes;
    objects += one.objects;
  }
  std::stable_sort(functions.begin(), functions.end(),
                   [](const ListedFunction& a, const ListedFunction& b) {
                     return a.bytes > b.bytes;
                   });
  return functions;
}

std::string source_line(std::uint64_t number, const std::string& bytes,
                        const std::string& objects, const std::string& source,
                        std::size_t width) {
  return clipped(fmt::format("  {:>10}{:>10} {:>6}  {}", bytes, objects, number,
                             source),
                 width) +
         "\n";
}

std::string function_text(const ListedFunction& function,
                          const SourceLines& source, std::size_t width) {
  std::string text = wrapped(
      fmt::format("{}  {}: {} in {}", short_name(function.name),
                  function.file.empty() ? "no source known" : function.file,
                  bytes_text(function.bytes),
                  plural(double(function.objects.value), "block")),
      2, width);
  const std::vector<std::string> lines = function.file.empty()
                                             ? std::vector<std::string>{}
                                             : source(function.file);
  std::set<std::uint64_t> shown;
  for (const auto& [number, sums] : function.lines) {
    shown.insert(number);
    const std::uint64_t last =
        std::min<std::uint64_t>(number + kAround, lines.size());
    for (std::uint64_t i = number > kAround ? number - kAround : 1; i <= last;
         ++i)
      shown.insert(i);
  }
  std::uint64_t before = 0;
  for (const std::uint64_t number : shown) {
    if (before != 0 && number != before + 1) text += "                     …\n";
    before = number;
    const auto sums = function.lines.find(number);
    const std::string line = number >= 1 && number <= lines.size()
                                 ? printable(lines[number - 1])
                                 : "";
    const bool here = sums != function.lines.end();
    text +=
        source_line(number, here ? bytes_text(sums->second.first) : ".",
                    here ? number_text(sums->second.second) : ".", line, width);
  }
  return text;
}

}  // namespace

Result<std::string> top_text(const RunRecord& unsafe,
                             const HoldingsQuestion& question,
                             const ReportStyle& style) {
  const RunRecord record = printable_record(unsafe);
  Result<Answer> found = answer(record, question);
  TIDEMARK_TRY(found);
  std::string text;
  if (found->retention)
    text += HoldersTable(record, *found->retention, width_of(style))
                .print(question.most_rows);
  if (!text.empty() && !found->allocated.empty()) text += "\n";
  if (!found->allocated.empty())
    text +=
        allocated_table(found->allocated, question.most_rows, width_of(style));
  return text;
}

Result<std::string> tree_text(const RunRecord& unsafe,
                              const HoldingsQuestion& question,
                              const ReportStyle& style) {
  const RunRecord record = printable_record(unsafe);
  Result<Answer> found = answer_with_holders(record, question);
  TIDEMARK_TRY(found);
  const Retention& retention = *found->retention;
  std::string text =
      TreePrinter(record, question.most_rows, width_of(style)).print(retention);
  if (const Unkept rest = unkept(retention); rest.objects.value > 0)
    text +=
        fmt::format("  {}\n", unkept_text(rest, noun_of(record, retention)));
  if (retention.unreachable.value > 0)
    text += fmt::format("  held by nobody: {} in {}\n",
                        bytes_text(retention.unreachable_bytes),
                        plural(double(retention.unreachable.value), "block"));
  return text;
}

Result<std::string> list_text(const RunRecord& unsafe,
                              const HoldingsQuestion& question,
                              const SourceLines& source,
                              const ReportStyle& style) {
  const RunRecord record = printable_record(unsafe);
  Result<Answer> found = answer(record, question);
  TIDEMARK_TRY(found);
  const std::vector<ListedFunction> functions =
      listed(found->allocated, question.pattern);
  if (functions.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("no function or file that allocated has \"{}\" in "
                            "its name",
                            question.pattern),
                "`tidemark top` shows who allocated");
  std::string text;
  for (std::size_t i = 0; i < functions.size() && i < question.most_rows; ++i)
    text +=
        (i ? "\n" : "") + function_text(functions[i], source, width_of(style));
  return text;
}

}  // namespace tidemark
