#include "harness/cli/heap_snapshot_text.h"

#include <fmt/format.h>

#include <set>

#include "harness/report/holdings.h"
#include "harness/report/sections.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

// {fmt} pads by what a terminal shows: "–" is one column.
constexpr const char* kClassRow = "  {:>10}{:>9}{:>12}{:>12}  {}";
constexpr const char* kRootRow = "  {:>10}{:>9}  {}";
constexpr std::size_t kClassColumn = 47;
constexpr std::size_t kRootColumn = 23;

std::string more_text(std::size_t rows, std::size_t most_rows) {
  return rows > most_rows ? fmt::format("  … and more\n") : "";
}

std::string about_text(const HeapDumpAnswer& answer, std::size_t width) {
  return wrapped(fmt::format("{}: {}, {}", printable(answer.about),
                             plural(double(answer.objects.value), "object"),
                             bytes_text(answer.bytes)),
                 2, width) +
         "\n";
}

}  // namespace

std::string part_text(Bytes part, Bytes whole) {
  if (whole.value <= 0) return "–";
  return fmt::format("{:.1f} %", 100 * static_cast<double>(part.value) /
                                     static_cast<double>(whole.value));
}

std::string heap_dump_top(const HeapDumpAnswer& answer, std::size_t most_rows,
                          const ReportStyle& style) {
  const std::size_t width = width_of(style);
  std::string text = about_text(answer, width);
  text += fmt::format(fmt::runtime(kClassRow), "keeps", "of all", "itself",
                      "objects", "class") +
          "\n";
  for (std::size_t i = 0; i < answer.top.size() && i < most_rows; ++i) {
    const TopHolder& row = answer.top[i];
    text += wrapped(
        fmt::format(fmt::runtime(kClassRow), bytes_text(row.retained),
                    part_text(row.retained, answer.bytes), bytes_text(row.self),
                    number_text(row.objects), printable(row.type)),
        kClassColumn, width);
  }
  text += more_text(answer.top.size(), most_rows);
  text += "\n" +
          fmt::format(fmt::runtime(kRootRow), "keeps", "of all", "root") + "\n";
  for (std::size_t i = 0; i < answer.roots.size() && i < most_rows; ++i) {
    const TopRoot& row = answer.roots[i];
    text += wrapped(
        fmt::format(fmt::runtime(kRootRow), bytes_text(row.retained),
                    part_text(row.retained, answer.bytes), printable(row.name)),
        kRootColumn, width);
  }
  text += more_text(answer.roots.size(), most_rows);
  return text + wrapped(
                    "  keeps: what would be free without them, other objects "
                    "included. What several hold in different ways is no one's",
                    4, width);
}

Result<std::string> heap_dump_tree(const HeapDumpAnswer& answer,
                                   std::size_t most_rows,
                                   const ReportStyle& style) {
  ManagedSites sites;
  RunRecord record;
  record.held = with_sites(answer.held, sites);
  std::set<SiteId> known;
  for (const RetainingPath& path : record.held->paths)
    for (const Holder& holder : path.holders)
      if (known.insert(holder.site).second)
        record.sites.push_back(sites.describe(holder.site));
  HoldingsQuestion question;
  question.most_rows = most_rows;
  const Result<std::string> tree = tree_text(record, question, style);
  TIDEMARK_TRY(tree);
  return about_text(answer, width_of(style)) + *tree;
}

}  // namespace tidemark
