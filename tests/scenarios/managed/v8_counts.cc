// What our reader counts in a heap snapshot, as JSON for v8_numbers.py.
//
//   v8_counts FILE PIECE [LAST_ID…]
//
// PIECE: how many bytes the reader is fed at a time.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "harness/runtimes/v8/object_groups.h"
#include "harness/runtimes/v8/snapshot_parser.h"

namespace {

using namespace tidemark;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      out += c;
  }
  return out + "\"";
}

Result<V8Snapshot> read(const char* path, std::size_t piece) {
  std::ifstream file(path, std::ios::binary);
  std::string text(piece, '\0');
  SnapshotParser parser;
  while (file.read(text.data(), static_cast<std::streamsize>(piece)),
         file.gcount() > 0)
    TIDEMARK_TRY(parser.feed(std::string_view(text).substr(
        0, static_cast<std::size_t>(file.gcount()))));
  return parser.finish();
}

std::string rings_of(const ObjectGroup& group) {
  std::string text;
  for (const ObjectCount& ring : group.rings)
    text += fmt::format("{}{}", text.empty() ? "" : ",", ring.objects.value);
  return text;
}

std::string stack_of(const V8Snapshot& snapshot, std::uint32_t trace) {
  std::string text;
  for (const Frame& frame : allocation_stack(snapshot, trace))
    text += fmt::format("{}[{},{},{}]", text.empty() ? "" : ",",
                        quoted(frame.function), quoted(frame.file), frame.line);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 3;
  const Result<V8Snapshot> snapshot =
      read(argv[1], std::strtoull(argv[2], nullptr, 10));
  if (!snapshot) {
    std::fprintf(stderr, "%s\n", snapshot.error().message.c_str());
    return 1;
  }
  std::vector<std::uint32_t> last_ids;
  for (int i = 3; i < argc; ++i)
    last_ids.push_back(
        static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10)));
  std::string classes;
  for (const ObjectGroup& group :
       object_groups(*snapshot, GroupBy::kClass, last_ids))
    classes += fmt::format("{}{}:[{},{},[{}]]", classes.empty() ? "" : ",",
                           quoted(group.type), group.all.objects.value,
                           group.all.bytes.value, rings_of(group));
  std::string stacks;
  for (const ObjectGroup& group :
       object_groups(*snapshot, GroupBy::kClassAndStack, last_ids))
    if (group.trace != 0)
      stacks += fmt::format("{}[{},{},[{}]]", stacks.empty() ? "" : ",",
                            quoted(group.type), group.all.objects.value,
                            stack_of(*snapshot, group.trace));
  fmt::print(
      "{{\"nodes\":{},\"edges\":{},\"weakEdges\":{},\"strings\":{},"
      "\"lastId\":{},\"classes\":{{{}}},\"stacks\":[{}]}}\n",
      snapshot->nodes(),
      snapshot->to.size() + snapshot->weak_edges + snapshot->shortcut_edges,
      snapshot->weak_edges, snapshot->strings.size(), snapshot->last_id(),
      classes, stacks);
  return 0;
}
