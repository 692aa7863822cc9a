// Where the memory is: one column per moment, one row per part of the PSS.
#include <fmt/format.h>

#include <algorithm>

#include "harness/report/names.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kHang = 15;
constexpr std::size_t kColumn = 11;
// Pages that are pinned are worth a line from so many bytes on.
constexpr std::int64_t kWorthNaming = 1 << 20;
constexpr std::size_t kModules = 4;

struct Row {
  const char* name;
  Bytes MemoryAccount::*part;
};

constexpr Row kParts[] = {
    {"live heap", &MemoryAccount::live},
    {"rounded up", &MemoryAccount::rounding},
    {"pinned", &MemoryAccount::pinned},
    {"free pages", &MemoryAccount::free},
    {"stacks", &MemoryAccount::stacks},
    {"own mappings", &MemoryAccount::mappings},
    {"modules", &MemoryAccount::modules},
    {"tidemark", &MemoryAccount::agent},
    {"unexplained", &MemoryAccount::unexplained},
};

using Columns = std::vector<const MemoryAccount*>;

// The last of each moment, in the order in which they came; only the latest
// ones where there is no room for all.
Columns columns_of(const RunRecord& record, std::size_t width) {
  Columns columns;
  for (const MemoryAccount& account : record.memory) {
    std::erase_if(columns, [&](const MemoryAccount* other) {
      return other->moment == account.moment;
    });
    columns.push_back(&account);
  }
  const std::size_t room =
      std::max<std::size_t>(1, width > kHang ? (width - kHang) / kColumn : 1);
  if (columns.size() > room)
    columns.erase(columns.begin(),
                  columns.end() - static_cast<std::ptrdiff_t>(room));
  return columns;
}

template <class Text>
std::string row(const char* name, const Columns& columns, Text text) {
  std::string line = fmt::format("  {:<{}}", name, kHang - 2);
  for (const MemoryAccount* account : columns)
    line += fmt::format("{:>{}}", text(*account), kColumn);
  return line + "\n";
}

std::string bytes_row(const Row& of, const Columns& columns) {
  const bool any = std::any_of(
      columns.begin(), columns.end(),
      [&](const MemoryAccount* a) { return (a->*of.part).value != 0; });
  if (!any) return {};
  return row(of.name, columns,
             [&](const MemoryAccount& a) { return bytes_text(a.*of.part); });
}

std::string below(const std::string& text, std::size_t width) {
  return wrapped(fmt::format("{:<{}}{}", "", kHang, text), kHang, width);
}

std::string modules_lines(const MemoryAccount& account, std::size_t width) {
  std::string text;
  std::size_t shown = 0;
  for (const auto& [module, bytes] : account.mappings_by_module) {
    if (++shown > kModules) break;
    text += below(fmt::format("{} mapped by {}", bytes_text(bytes),
                              short_path(module, 50)),
                  width);
  }
  return text;
}

std::string pinned_line(const RunRecord& record, const MemoryAccount& account,
                        std::size_t width) {
  if (account.pinned.value < kWorthNaming || account.pinning_sites.empty())
    return {};
  const AccountSite& most = account.pinning_sites.front();
  const SiteRecord* site = find_site(record, most.site);
  return below(fmt::format("{} of {} pin {}; most by {}: {} in {}",
                           plural(double(account.blocks.value), "block"),
                           bytes_text(account.live),
                           plural(double(account.pinned_pages.value), "page"),
                           site ? place_of(*site) : "an unknown caller",
                           plural(double(most.blocks.value), "block"),
                           plural(double(most.pages.value), "page")),
               width);
}

std::string allocator_line(const RunRecord& record,
                           const MemoryAccount& account, std::size_t width) {
  if (!account.allocator) return {};
  std::string text;
  const auto tell = [&](const std::optional<Bytes>& figure, const char* what) {
    if (!figure) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                        bytes_text(*figure), what);
  };
  tell(account.allocator->held, "held");
  tell(account.allocator->in_use, "in use");
  tell(account.allocator->free, "free");
  tell(account.allocator->own, "its own");
  return below(fmt::format("{} says: {}", record.service.allocator, text),
               width);
}

}  // namespace

std::string memory_table(const RunRecord& record, const ReportStyle& style) {
  const std::size_t width = width_of(style);
  const Columns columns = columns_of(record, width);
  if (columns.empty()) return {};
  std::string text = "\n" + row("memory", columns, [](const MemoryAccount& a) {
                       return a.moment;
                     });
  for (const Row& part : kParts) text += bytes_row(part, columns);
  text += bytes_row({"PSS", &MemoryAccount::pss}, columns);
  text += bytes_row({"in sockets", &MemoryAccount::socket_queues}, columns);
  const MemoryAccount& last = *columns.back();
  text += modules_lines(last, width);
  text += pinned_line(record, last, width);
  text += allocator_line(record, last, width);
  return text;
}

}  // namespace tidemark
