#include "harness/scenario/load.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "harness/scenario/diagnostics.h"
#include "harness/scenario/document.h"
#include "harness/scenario/quantities.h"
#include "harness/scenario/sections.h"
#include "harness/scenario/utf8.h"

namespace tidemark {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::uint64_t kFormatVersion = 1;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// The parser would guess at other encodings, and a terminal would obey
// control characters: neither has a place in a scenario.
bool check_characters(std::string_view text, Diagnostics& problems) {
  Position at;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) {
      problems.add(at, "wanted UTF-8, found another encoding",
                   "save the file as UTF-8");
      return false;
    }
    const char c = text[i];
    const bool control =
        (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
    if (control) {
      problems.add(at,
                   fmt::format("found the control character \\x{:02x}",
                               static_cast<unsigned>(c)),
                   "take it out; in double quotes it can be escaped");
      return false;
    }
    at.column += length;
    if (c == '\n') at = {at.line + 1, 0, 1};
    i += length;
  }
  return true;
}

// A later version may mean something else by the same words: no further
// complaint about a file we cannot read.
bool read_version(Section& file) {
  const Node* node = file.require(
      "version", fmt::format("start with version: {}", kFormatVersion));
  if (node == nullptr) return true;
  if (node->kind == NodeKind::kScalar && !node->quoted &&
      node->text == std::to_string(kFormatVersion))
    return true;
  add_mismatch(*node, "version", std::to_string(kFormatVersion),
               file.problems(), "this tidemark reads version 1 only");
  return node->kind != NodeKind::kScalar;
}

Scenario read_scenario(const Node& root, Diagnostics& problems) {
  Scenario scenario;
  Section file(root, "", problems);
  if (!read_version(file)) return scenario;
  file.text("name", scenario.name);
  file.text("description", scenario.description);
  if (const Node* node =
          file.require("target", "say what to test: target: { command: … }"))
    read_target(Section(*node, "target", problems), scenario.target);
  if (const Node* node =
          file.require("load", "say how to load it: load: { url: … }"))
    read_load(Section(*node, "load", problems), scenario.flows[0]);
  if (const Node* node = file.find("cycles"))
    read_cycles(*node, scenario.cycles, problems);
  if (std::optional<Section> expect = file.section("expect"))
    read_expect(std::move(*expect), scenario.expect);
  file.finish();
  return scenario;
}

// "scenarios/churn.yaml" → "churn"
std::string name_from(const std::string& path) {
  const std::string file = path.substr(path.rfind('/') + 1);
  const std::size_t dot = file.rfind('.');
  return dot == std::string::npos || dot == 0 ? file : file.substr(0, dot);
}

tl::unexpected<Error> unreadable(const std::string& path,
                                 const std::string& why,
                                 const std::string& hint = {}) {
  return fail(ErrorKind::kUsage,
              fmt::format("cannot read the scenario `{}`: {}",
                          printable(path, path.size()), why),
              hint);
}

}  // namespace

Result<Scenario> load_scenario(const std::string& path, std::string_view text) {
  if (text.size() > kMaxScenarioBytes) {
    return unreadable(
        path, fmt::format(
                  "wanted at most {}, found {}",
                  format_size(Bytes{kMaxScenarioBytes}),
                  format_size(Bytes{static_cast<std::int64_t>(text.size())})));
  }
  if (text.starts_with(kByteOrderMark))
    text.remove_prefix(kByteOrderMark.size());
  Diagnostics problems;
  std::optional<Node> root;
  if (check_characters(text, problems)) root = parse_document(text, problems);
  Scenario scenario;
  if (root) scenario = read_scenario(*root, problems);
  if (!problems.empty())
    return fail(ErrorKind::kUsage, problems.render(path, text));
  scenario.path = path;
  if (scenario.name.empty()) scenario.name = name_from(path);
  return scenario;
}

Result<Scenario> load_scenario_file(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(
      std::fopen(path.c_str(), "re"));
  if (!file) return unreadable(path, std::strerror(errno), "check the path");
  // One byte more than allowed, so that load_scenario() sees the excess.
  std::string text(kMaxScenarioBytes + 1, '\0');
  errno = 0;
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0)
    return unreadable(path, std::strerror(errno));
  return load_scenario(path, text);
}

}  // namespace tidemark
