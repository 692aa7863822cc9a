#include "harness/cli/dump_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "harness/profile/amount_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

using jvm::DumpAnswer;
using jvm::DumpClass;
using jvm::DumpRoot;

// Of as many objects as many must lie as far apart as their sizes say.
constexpr double kAgree = 0.5;

std::string amount(Bytes bytes, const DumpTables& how) {
  return how.unit.empty() ? bytes_text(bytes)
                          : amount_text(bytes.value, "bytes", how.unit);
}

std::string share_text(Bytes part, Bytes whole) {
  if (whole.value <= 0) return "–";
  return fmt::format("{:.1f} %", 100 * static_cast<double>(part.value) /
                                     static_cast<double>(whole.value));
}

std::string head(const DumpAnswer& dump, const DumpTables& how) {
  std::string text =
      fmt::format("  {}, {}\n", plural(double(dump.objects.value), "object"),
                  amount(dump.bytes, how));
  if (dump.sizes_agree < kAgree)
    text += wrapped(
        "  dumps have no sizes of objects: these are by the default rules of "
        "the JVM, which their addresses neither bear out nor refute",
        4, how.width);
  return text + "\n";
}

std::string more_rows(std::size_t rows, std::size_t most) {
  return rows > most ? fmt::format("  … and {} more\n", rows - most) : "";
}

// A class, or a root, in words that are safe to print, behind `front`.
std::string named(const std::string& front, const std::string& name,
                  std::size_t width) {
  return wrapped(front + "  " + printable(name), columns(front) + 2, width);
}

struct Branch {
  std::string text;
  Count objects;
  Bytes bytes;
  Bytes retained;
  std::vector<Branch> below;
};

std::string holder_words(const NamedHolder& holder) {
  std::string text =
      holder.member.empty() ? "" : "." + printable(holder.member) + "  ";
  if (holder.member == "[]") text = "[]  ";
  text += printable(holder.type);
  if (holder.repeated > 1)
    text += fmt::format(", up to {} in a row",
                        number_text(double(holder.repeated)));
  return text;
}

Branch& branch_for(std::vector<Branch>& branches, const std::string& text) {
  const auto known =
      std::find_if(branches.begin(), branches.end(),
                   [&](const Branch& branch) { return branch.text == text; });
  if (known != branches.end()) return *known;
  branches.push_back({text, {}, {}, {}, {}});
  return branches.back();
}

void heaviest_first(std::vector<Branch>& branches) {
  std::stable_sort(
      branches.begin(), branches.end(),
      [](const Branch& a, const Branch& b) { return a.bytes > b.bytes; });
  for (Branch& branch : branches) heaviest_first(branch.below);
}

std::vector<Branch> branches_of(const NamedRetention& retention) {
  std::vector<Branch> roots;
  for (const NamedPath& path : retention.paths) {
    Branch* at = &branch_for(roots, printable(path.root_name));
    at->retained += path.retained;
    at->objects += path.objects;
    at->bytes += path.bytes;
    for (const NamedHolder& holder : path.holders) {
      at = &branch_for(at->below, holder_words(holder));
      at->objects += path.objects;
      at->bytes += path.bytes;
    }
  }
  heaviest_first(roots);
  return roots;
}

class Tree {
 public:
  explicit Tree(const DumpTables& how) : how_(how) {}

  std::string print(const std::vector<Branch>& roots) {
    print_all(roots, "  ");
    if (left_out_ > 0)
      text_ += fmt::format("  … and {} more {}\n", left_out_,
                           left_out_ == 1 ? "branch" : "branches");
    return std::move(text_);
  }

 private:
  void print_all(const std::vector<Branch>& branches,
                 const std::string& margin) {
    for (std::size_t i = 0; i < branches.size(); ++i) {
      const Branch& branch = branches[i];
      if (rows_++ >= how_.most_rows) {
        ++left_out_;
        continue;
      }
      const bool last = i + 1 == branches.size();
      std::string line = fmt::format(
          "{}{}{} in {}  {}", margin, last ? "└ " : "├ ",
          amount(branch.bytes, how_),
          plural(double(branch.objects.value), "object"), branch.text);
      if (branch.retained.value > 0)
        line += fmt::format("; retains {}", amount(branch.retained, how_));
      text_ += wrapped(line, columns(margin) + 6, how_.width);
      print_all(branch.below, margin + (last ? "   " : "│  "));
    }
  }

  const DumpTables& how_;
  std::size_t rows_ = 0;
  std::size_t left_out_ = 0;
  std::string text_;
};

// What is in no way that was told.
std::string rest_of(const NamedRetention& retention, const DumpTables& how) {
  Count objects = retention.objects - retention.unreachable;
  Bytes bytes = retention.bytes - retention.unreachable_bytes;
  for (const NamedPath& path : retention.paths) {
    objects -= path.objects;
    bytes -= path.bytes;
  }
  std::string text;
  if (objects.value > 0)
    text += fmt::format("  {}, {}, in other ways\n",
                        plural(double(objects.value), "more object"),
                        amount(bytes, how));
  if (retention.unreachable.value > 0)
    text += fmt::format("  held by nobody: {} in {}\n",
                        amount(retention.unreachable_bytes, how),
                        plural(double(retention.unreachable.value), "object"));
  return text;
}

}  // namespace

std::string dump_top(const DumpAnswer& dump, const DumpTables& how) {
  std::string text = head(dump, how);
  text += fmt::format("  {:>10}{:>9}{:>12}{:>11}  {}\n", "retains", "of all",
                      "objects", "own", "class");
  for (std::size_t i = 0; i < dump.top.size() && i < how.most_rows; ++i) {
    const TopHolder& one = dump.top[i];
    text += named(
        fmt::format("  {:>10}{:>9}{:>12}{:>11}", amount(one.retained, how),
                    share_text(one.retained, dump.bytes),
                    number_text(one.objects), amount(one.self, how)),
        one.type, how.width);
  }
  text += more_rows(dump.top.size(), how.most_rows);
  text += "  retains: with what only objects of the class keep alive\n\n";
  text += fmt::format("  {:>10}{:>9}  {}\n", "retains", "of all", "who holds");
  for (std::size_t i = 0; i < dump.roots.size() && i < how.most_rows; ++i) {
    const DumpRoot& one = dump.roots[i];
    text += named(fmt::format("  {:>10}{:>9}", amount(one.retained, how),
                              share_text(one.retained, dump.bytes)),
                  one.name, how.width);
  }
  text += more_rows(dump.roots.size(), how.most_rows);
  return text + "  retains: what no other root reaches\n";
}

Result<std::string> dump_list(const DumpAnswer& dump, const DumpTables& how) {
  std::vector<const DumpClass*> shown;
  for (const DumpClass& one : dump.classes)
    if (one.name.find(how.pattern) != std::string::npos) shown.push_back(&one);
  if (shown.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("no class with objects has \"{}\" in its name",
                            printable(how.pattern)),
                "`tidemark top` shows the largest");
  std::string text = head(dump, how);
  text += fmt::format("  {:>10}{:>9}{:>12}  {}\n", "bytes", "of all", "objects",
                      "class, its loader");
  for (std::size_t i = 0; i < shown.size() && i < how.most_rows; ++i)
    text += named(
        fmt::format("  {:>10}{:>9}{:>12}", amount(shown[i]->bytes, how),
                    share_text(shown[i]->bytes, dump.bytes),
                    number_text(shown[i]->objects)),
        fmt::format("{}, {}", shown[i]->name, shown[i]->loader), how.width);
  return text + more_rows(shown.size(), how.most_rows);
}

std::string dump_tree(const DumpAnswer& dump, const DumpTables& how) {
  std::string text;
  for (std::size_t i = 0; i < dump.of_top.size(); ++i) {
    const TopHolder& holder = dump.top[i];
    const NamedRetention& retention = dump.of_top[i];
    if (i > 0) text += '\n';
    text += wrapped(
        fmt::format("  {}: {}, {}; retains {}", printable(holder.type),
                    plural(double(holder.objects.value), "object"),
                    amount(holder.self, how), amount(holder.retained, how)),
        4, how.width);
    text += Tree(how).print(branches_of(retention));
    text += rest_of(retention, how);
  }
  return text;
}

}  // namespace tidemark
