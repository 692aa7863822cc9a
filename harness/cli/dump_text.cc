#include "harness/cli/dump_text.h"

#include <fmt/format.h>

#include <vector>

#include "harness/cli/heap_snapshot_text.h"
#include "harness/profile/amount_text.h"
#include "harness/report/sections.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

using jvm::DumpAnswer;
using jvm::DumpClass;

// Of as many objects as many must lie as far apart as their sizes say.
constexpr double kAgree = 0.5;

std::string about(const DumpAnswer& dump) {
  if (dump.sizes_agree >= kAgree) return "JVM heap dump";
  return "JVM heap dump, in which addresses do not tell how large objects are "
         "(sizes are by the JVM's default rules)";
}

std::string amount(Bytes bytes, const DumpTables& how) {
  return how.unit.empty() ? bytes_text(bytes)
                          : amount_text(bytes.value, "bytes", how.unit);
}

constexpr const char* kRow = "  {:>10}{:>9}{:>12}  {}";
constexpr std::size_t kClassColumn = 35;

}  // namespace

std::string dump_top(const DumpAnswer& dump, const DumpTables& how) {
  HeapDumpAnswer told;
  told.about = about(dump);
  told.objects = dump.objects;
  told.bytes = dump.bytes;
  told.top = dump.top;
  told.roots = dump.roots;
  return heap_dump_top(told, how.most_rows, how.style);
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
  const std::size_t width = width_of(how.style);
  std::string text =
      wrapped(fmt::format("{}: {}, {}", about(dump),
                          plural(double(dump.objects.value), "object"),
                          amount(dump.bytes, how)),
              2, width) +
      "\n" +
      fmt::format(fmt::runtime(kRow), "itself", "of all", "objects",
                  "class, who loaded it") +
      "\n";
  for (std::size_t i = 0; i < shown.size() && i < how.most_rows; ++i)
    text += wrapped(
        fmt::format(fmt::runtime(kRow), amount(shown[i]->bytes, how),
                    part_text(shown[i]->bytes, dump.bytes),
                    number_text(shown[i]->objects),
                    printable(shown[i]->name + ", " + shown[i]->loader)),
        kClassColumn, width);
  if (shown.size() > how.most_rows)
    text += fmt::format("  … and {} more\n", shown.size() - how.most_rows);
  return text;
}

Result<std::string> dump_tree(const DumpAnswer& dump, const DumpTables& how) {
  std::string text;
  for (const jvm::HeldName& top : dump.of_top) {
    HeapDumpAnswer told;
    told.about = top.name;
    // As in `top`: without what no root reaches.
    told.objects = top.held.objects - top.held.unreachable;
    told.bytes = top.held.bytes - top.held.unreachable_bytes;
    told.held = top.held;
    const Result<std::string> tree =
        heap_dump_tree(told, how.most_rows, how.style);
    TIDEMARK_TRY(tree);
    text += (text.empty() ? "" : "\n") + *tree;
  }
  return text;
}

}  // namespace tidemark
