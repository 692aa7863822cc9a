#include "harness/runtimes/v8/snapshot_parser.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "harness/base/short_text.h"
#include "harness/runtimes/v8/json_lexers.h"
#include "harness/runtimes/v8/snapshot_builder.h"

namespace tidemark {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

enum class Part {
  kSnapshot,
  kNodes,
  kEdges,
  kTraceFunctions,
  kTraceTree,
  kStrings,
  kOther,
};

Part part_of(std::string_view key) {
  constexpr std::pair<std::string_view, Part> kKeys[] = {
      {"snapshot", Part::kSnapshot},
      {"nodes", Part::kNodes},
      {"edges", Part::kEdges},
      {"trace_function_infos", Part::kTraceFunctions},
      {"trace_tree", Part::kTraceTree},
      {"strings", Part::kStrings}};
  for (const auto& [known, part] : kKeys)
    if (key == known) return part;
  return Part::kOther;
}

// What has to stand before it. Nothing else can be read in one go.
std::string_view must_follow(Part part) {
  switch (part) {
    case Part::kSnapshot:
    case Part::kOther:
      return "";
    case Part::kNodes:
      return "snapshot";
    case Part::kEdges:
      return "nodes";
    case Part::kTraceFunctions:
    case Part::kStrings:
      return "edges";
    case Part::kTraceTree:
      return "trace_function_infos";
  }
  return "";
}

}  // namespace

bool looks_like_heap_snapshot(std::string_view beginning) {
  for (const std::string_view word : {"{", "\"snapshot\"", ":", "{"}) {
    while (!beginning.empty() && is_blank(beginning.front()))
      beginning.remove_prefix(1);
    if (!beginning.starts_with(word)) return false;
    beginning.remove_prefix(word.size());
  }
  return true;
}

struct SnapshotParser::Reading {
  // Where in the outermost object.
  enum class State {
    kStart,
    kFirstKey,
    kNextKey,
    kKey,
    kColon,
    kValue,
    kInside,  // of a part
    kAfterValue,
    kEnd,
  };

  SnapshotBuilder builder;
  NumberList numbers;
  StringLexer string;
  ValueSkipper skipper;
  State state = State::kStart;
  Part part = Part::kOther;
  std::string key;
  std::vector<std::string> keys;  // that were read
  std::string snapshot_json;
  bool in_string = false;  // kStrings: of the list
  bool wants_string = false;
  bool any_string = false;
  const char* piece = nullptr;
  std::uint64_t before = 0;  // bytes of the pieces before it
  std::optional<Error> error;

  std::uint64_t offset_of(const char* at) const {
    return before + static_cast<std::uint64_t>(at - piece);
  }
  bool has(std::string_view read) const;
  bool refuse(std::string_view why);
  bool step(const char*& at, const char* end);
  bool start_key(char c);
  bool start_value(const char*& at);
  bool inside(const char*& at, const char* end);
  bool read_snapshot(const char*& at, const char* end);
  bool read_numbers(const char*& at, const char* end);
  bool read_trace_tree(const char*& at, const char* end);
  bool read_strings(const char*& at, const char* end);
  bool close_list();
  void value_ends();
  std::string where() const;
};

bool SnapshotParser::Reading::has(std::string_view read) const {
  for (const std::string& each : keys)
    if (each == read) return true;
  return false;
}

std::string SnapshotParser::Reading::where() const {
  return state == State::kInside ? fmt::format(" in `{}`", one_line(key)) : "";
}

// The byte is put before it by feed().
bool SnapshotParser::Reading::refuse(std::string_view why) {
  error = Error{ErrorKind::kUsage, std::string(why),
                "take it again: Chrome, Node's --inspect and "
                "`v8.writeHeapSnapshot()` write heap snapshots"};
  return false;
}

bool SnapshotParser::Reading::start_key(char c) {
  if (c == '}' && state == State::kFirstKey) {
    state = State::kEnd;
    return true;
  }
  if (c != '"') return refuse("wanted the name of a part");
  constexpr std::size_t kLongestKey = 64;
  string.begin(kLongestKey);
  state = State::kKey;
  return true;
}

// The list's or object's own bracket is read here.
bool SnapshotParser::Reading::start_value(const char*& at) {
  part = part_of(key);
  if (part != Part::kOther && has(key))
    return refuse(fmt::format("`{}` for the second time", key));
  if (const std::string_view first = must_follow(part);
      !first.empty() && !has(first))
    return refuse(fmt::format("`{}`, and `{}` was not before it", key, first));
  state = State::kInside;
  // An older V8 writes empty lists and says nothing of what would be in them.
  if ((part == Part::kTraceFunctions || part == Part::kTraceTree) &&
      !builder.knows_traces())
    part = Part::kOther;
  if (part == Part::kOther || part == Part::kSnapshot) {
    skipper.begin();
    return true;
  }
  if (*at != '[') return refuse("wanted a list");
  ++at;
  numbers = {};
  if (part == Part::kTraceTree && !builder.open_trace_list())
    return refuse(builder.problem());
  if (part == Part::kStrings) {
    in_string = wants_string = any_string = false;
    if (!builder.begin_strings(offset_of(at))) return refuse(builder.problem());
  }
  return true;
}

void SnapshotParser::Reading::value_ends() {
  if (part != Part::kOther) keys.push_back(key);
  state = State::kAfterValue;
}

bool SnapshotParser::Reading::read_snapshot(const char*& at, const char* end) {
  // What V8 writes has 1 to 2 kB.
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  const char* from = at;
  const LexerStop stop = skipper.run(at, end);
  if (stop == LexerStop::kRefused) return refuse(skipper.complaint());
  if (part == Part::kOther) {
    if (stop == LexerStop::kEnd) value_ends();
    return true;
  }
  snapshot_json.append(from, at);
  if (snapshot_json.size() > kMostBytes)
    return refuse("what it says of itself is longer than a mebibyte");
  if (stop != LexerStop::kEnd) return true;
  Result<SnapshotMeta> meta = parse_snapshot_meta(snapshot_json);
  if (!meta) {
    error = std::move(meta).error();
    return false;
  }
  builder.begin(*std::move(meta));
  snapshot_json = {};
  value_ends();
  return true;
}

bool SnapshotParser::Reading::close_list() {
  bool ok = true;
  if (part == Part::kNodes) ok = builder.end_nodes();
  if (part == Part::kEdges) ok = builder.end_edges();
  if (part == Part::kTraceFunctions) ok = builder.end_trace_functions();
  if (part == Part::kStrings) ok = builder.end_strings();
  if (!ok) return refuse(builder.problem());
  value_ends();
  return true;
}

bool SnapshotParser::Reading::read_numbers(const char*& at, const char* end) {
  LexerStop stop = LexerStop::kMore;
  if (part == Part::kNodes)
    stop = numbers.run(
        at, end, [this](std::uint64_t n) { return builder.take_node(n); });
  else if (part == Part::kEdges)
    stop = numbers.run(
        at, end, [this](std::uint64_t n) { return builder.take_edge(n); });
  else
    stop = numbers.run(at, end, [this](std::uint64_t n) {
      return builder.take_trace_function(n);
    });
  if (stop == LexerStop::kMore) return true;
  if (stop == LexerStop::kEnd) return close_list();
  if (stop == LexerStop::kOpen) return refuse("a list in a list of numbers");
  return refuse(numbers.complaint().empty() ? builder.problem()
                                            : numbers.complaint());
}

bool SnapshotParser::Reading::read_trace_tree(const char*& at,
                                              const char* end) {
  const LexerStop stop = numbers.run(at, end, [this](std::uint64_t n) {
    return builder.take_trace_number(n);
  });
  switch (stop) {
    case LexerStop::kMore:
      return true;
    case LexerStop::kOpen:
      return builder.open_trace_list() || refuse(builder.problem());
    case LexerStop::kEnd:
      if (!builder.close_trace_list()) return refuse(builder.problem());
      if (builder.trace_depth() == 0) return close_list();
      numbers.after_list();
      return true;
    case LexerStop::kRefused:
      break;
  }
  return refuse(numbers.complaint().empty() ? builder.problem()
                                            : numbers.complaint());
}

bool SnapshotParser::Reading::read_strings(const char*& at, const char* end) {
  while (at != end) {
    if (in_string) {
      const LexerStop stop = string.run(at, end);
      if (stop == LexerStop::kRefused) return refuse(string.complaint());
      if (stop == LexerStop::kMore) return true;
      if (!builder.add_string(string.text())) return refuse(builder.problem());
      in_string = false;
      continue;
    }
    const char c = *at;
    if (is_blank(c)) {
      ++at;
    } else if (c == '"' && (!any_string || wants_string)) {
      ++at;
      string.begin(
          builder.is_named(builder.strings()) ? SnapshotStrings::kLongest : 0);
      in_string = any_string = true;
      wants_string = false;
    } else if (c == ',' && any_string && !wants_string) {
      ++at;
      wants_string = true;
    } else if (c == ']' && !wants_string) {
      ++at;
      return close_list();
    } else {
      return refuse("wanted a list of strings");
    }
  }
  return true;
}

bool SnapshotParser::Reading::inside(const char*& at, const char* end) {
  switch (part) {
    case Part::kSnapshot:
    case Part::kOther:
      return read_snapshot(at, end);
    case Part::kTraceTree:
      return read_trace_tree(at, end);
    case Part::kStrings:
      return read_strings(at, end);
    case Part::kNodes:
    case Part::kEdges:
    case Part::kTraceFunctions:
      break;
  }
  return read_numbers(at, end);
}

bool SnapshotParser::Reading::step(const char*& at, const char* end) {
  if (state == State::kInside) return inside(at, end);
  if (state == State::kKey) {
    const LexerStop stop = string.run(at, end);
    if (stop == LexerStop::kRefused) return refuse(string.complaint());
    if (stop == LexerStop::kEnd) {
      key = string.text();
      state = State::kColon;
    }
    return true;
  }
  const char c = *at;
  if (is_blank(c)) {
    ++at;
    return true;
  }
  if (state == State::kValue) return start_value(at);
  ++at;
  switch (state) {
    case State::kStart:
      if (c != '{') return refuse("wanted `{\"snapshot\":`");
      state = State::kFirstKey;
      return true;
    case State::kFirstKey:
    case State::kNextKey:
      return start_key(c);
    case State::kColon:
      if (c != ':') return refuse("wanted `:`");
      state = State::kValue;
      return true;
    case State::kAfterValue:
      if (c != ',' && c != '}') return refuse("wanted `,` or `}`");
      state = c == ',' ? State::kNextKey : State::kEnd;
      return true;
    default:
      break;
  }
  return refuse("something follows the snapshot");
}

SnapshotParser::SnapshotParser() : reading_(std::make_unique<Reading>()) {}
SnapshotParser::SnapshotParser(SnapshotParser&&) noexcept = default;
SnapshotParser& SnapshotParser::operator=(SnapshotParser&&) noexcept = default;
SnapshotParser::~SnapshotParser() = default;

Status SnapshotParser::feed(std::string_view piece) {
  Reading& reading = *reading_;
  const char* at = reading.piece = piece.data();
  const char* const end = at + piece.size();
  while (at != end && !reading.error) {
    if (reading.step(at, end)) continue;
    reading.error->message = fmt::format(
        "the heap snapshot is broken at byte {}{}: {}", reading.offset_of(at),
        reading.where(), reading.error->message);
  }
  reading.before += piece.size();
  if (reading.error) return fail(*reading.error);
  return {};
}

Result<V8Snapshot> SnapshotParser::finish() {
  Reading& reading = *reading_;
  if (!reading.error && reading.state != Reading::State::kEnd)
    reading.refuse(
        fmt::format("the heap snapshot ends after {} bytes{}, and is "
                    "not complete",
                    reading.before, reading.where()));
  for (const std::string_view part : {"snapshot", "nodes", "edges", "strings"})
    if (!reading.error && !reading.has(part))
      reading.refuse(fmt::format("the heap snapshot has no `{}`", part));
  if (reading.error) return fail(*reading.error);
  return reading.builder.take();
}

}  // namespace tidemark
