// What the reply to a step must be, and which parts of it are kept.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "harness/scenario/sections.h"
#include "harness/scenario/text_rules.h"

namespace tidemark {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::size_t kLongestPattern = 1000;

const std::vector<std::string> kReplyWords = {"echo", "any", "ignore"};

ReplyRule reply_rule(std::size_t index) {
  constexpr ReplyRule rules[] = {ReplyRule::kEcho, ReplyRule::kAny,
                                 ReplyRule::kIgnore};
  return rules[index];
}

void read_echo(Section& section, Expect& expect) {
  bool echo = false;
  section.flag("echo", echo);
  if (echo) expect.replies = ReplyRule::kEcho;
}

void read_hex(Section& section, std::string& out) {
  const Node* node = section.find("hex");
  if (node == nullptr) return;
  section.text("hex", out, [&out](const std::string& text) -> Status {
    TIDEMARK_TRY(parse_hex(text));
    return {};
  });
  if (const Result<std::string> bytes = parse_hex(node->text)) out = *bytes;
  if (section.find("equals") != nullptr)
    section.complain(*node, "hex", "means the same as `equals`, in hex",
                     "keep one of them");
}

Status check_pattern(const std::string& text) {
  if (text.empty()) return refused("wanted text, found none");
  if (text.size() <= kLongestPattern) return {};
  return refused(fmt::format("wanted at most {} bytes, found {}",
                             kLongestPattern, text.size()));
}

Status check_json_path(const std::string& text) {
  TIDEMARK_TRY(check_pattern(text));
  const bool good =
      text == "$" || text.starts_with("$.") || text.starts_with("$[");
  if (good) return {};
  return refused(fmt::format("wanted a path, found `{}`", printable(text)),
                 "write it like $.items[0].id");
}

Status check_captured_header(const std::string& text) {
  if (is_token(text)) return {};
  return refused(
      fmt::format("`{}` is not the name of a header", printable(text)));
}

Capture read_capture(Section section, const LoadContext& context) {
  Capture capture;
  section.require("as", "name a variable for later steps: as: token");
  section.text("as", capture.as, check_variable_name);
  int given = 0;
  for (const char* key : {"json", "regex", "header", "body"})
    given += section.find(key) != nullptr;
  if (given != 1 && section.node().kind == NodeKind::kMap)
    section.problems().add(
        section.node().at,
        fmt::format(
            "`{}`: wanted one of json, regex, header and body, found {}",
            section.name(), given == 0 ? "none" : "more"));
  if (section.find("json") != nullptr) capture.from = CaptureFrom::kJson;
  section.text("json", capture.pattern, check_json_path);
  if (section.find("regex") != nullptr) capture.from = CaptureFrom::kRegex;
  section.text("regex", capture.pattern, check_pattern);
  if (find_for(section, "header", context, {Engine::kHttp}))
    capture.from = CaptureFrom::kHeader;
  section.text("header", capture.pattern, check_captured_header);
  bool body = true;
  section.flag("body", body);
  if (!body)
    section.complain(*section.find("body"), "body",
                     "wanted true, found `false`", "leave it out");
  section.finish();
  return capture;
}

}  // namespace

void read_step_expect(Section& parent, Expect& expect,
                      const LoadContext& context) {
  const Node* node = parent.find("expect");
  if (node == nullptr) return;
  if (node->kind == NodeKind::kScalar) {
    const std::optional<std::size_t> index =
        read_word(*node, parent.path("expect"), kReplyWords, parent.problems());
    if (index) expect.replies = reply_rule(*index);
    return;
  }
  Section section(*node, parent.path("expect"), parent.problems());
  read_echo(section, expect);
  if (const Node* status =
          find_for(section, "statusCode", context, {Engine::kHttp})) {
    const std::optional<std::uint64_t> code = read_whole(
        *status, section.path("statusCode"), 100, 599, section.problems());
    if (code) expect.status = static_cast<int>(*code);
  }
  section.text("contains", expect.contains);
  section.text("equals", expect.equals);
  read_hex(section, expect.equals);
  section.size("size", expect.size, kMaxMessageSize);
  section.duration("within", expect.within, milliseconds(1), hours(1));
  section.finish();
}

void read_captures(Section& section, std::vector<Capture>& captures,
                   const LoadContext& context) {
  const Node* node = section.find("capture");
  if (node == nullptr) return;
  const std::string name = section.path("capture");
  if (node->kind != NodeKind::kList) {
    captures.push_back(
        read_capture(Section(*node, name, section.problems()), context));
    return;
  }
  for (std::size_t i = 0; i < node->items.size(); ++i)
    captures.push_back(
        read_capture(Section(node->items[i], fmt::format("{}[{}]", name, i),
                             section.problems()),
                     context));
}

}  // namespace tidemark
