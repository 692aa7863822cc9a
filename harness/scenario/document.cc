#include "harness/scenario/document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <map>
#include <streambuf>
#include <utility>

#include "harness/scenario/quantities.h"

namespace tidemark {
namespace {

// Builds the tree from yaml-cpp's events. Events, unlike YAML::Node, show
// duplicate keys and aliases before anything is resolved, so that there is
// nothing a bomb of aliases could expand.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, Diagnostics& problems)
      : text_(text), problems_(problems) {}

  std::optional<Node> take_root() { return std::move(root_); }
  bool too_deep() const { return too_deep_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    Node node;
    node.at = position(mark);
    attach(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    problems_.add(position(mark), "wanted a value, found an alias",
                  "write the value out: scenarios have no aliases");
    attach(broken(position(mark)));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    Node node;
    node.kind = NodeKind::kScalar;
    node.at = position(mark);
    node.text = value;
    node.quoted = tag == "!";  // so does yaml-cpp mark quoted scalars
    node.at.length = length_in_text(mark, value);
    check_tag(node.at, tag);
    attach(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t, YAML::EmitterStyle::value) override {
    start(NodeKind::kList, mark, tag);
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag,
                  YAML::anchor_t, YAML::EmitterStyle::value) override {
    start(NodeKind::kMap, mark, tag);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Open {
    Node node;
    std::optional<Node> key;  // kMap: read, its value comes next
    bool key_usable = false;  // false: reported, so left out with its value
    bool lost_key = false;    // one of the keys was no word
    std::map<std::string, std::size_t> lines;  // kMap: where each key stood
  };

  static Node broken(Position at) {
    Node node;
    node.kind = NodeKind::kBroken;
    node.at = at;
    return node;
  }

  static Position position(const YAML::Mark& mark) {
    Position result;
    if (mark.is_null()) return result;
    result.line = static_cast<std::size_t>(mark.line);
    result.column = static_cast<std::size_t>(mark.column);
    return result;
  }

  // How many bytes of the source to underline: the scalar, with its quotes,
  // where the source spells it as it is.
  std::size_t length_in_text(const YAML::Mark& mark,
                             const std::string& value) const {
    if (mark.is_null() || static_cast<std::size_t>(mark.pos) >= text_.size())
      return 1;
    std::string_view rest = text_.substr(static_cast<std::size_t>(mark.pos));
    const bool quoted = rest.front() == '"' || rest.front() == '\'';
    if (quoted) rest.remove_prefix(1);
    if (value.empty() || !rest.starts_with(value)) return quoted ? 2 : 1;
    return value.size() + (quoted ? 2 : 0);
  }

  void check_tag(const Position& at, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    problems_.add(at, fmt::format("unknown tag `{}`", printable(tag)),
                  "leave it out: the field decides the type");
  }

  void start(NodeKind kind, const YAML::Mark& mark, const std::string& tag) {
    if (skipping_ > 0 || open_.size() == kMaxNesting) {
      if (skipping_++ == 0 && !too_deep_) {
        too_deep_ = true;
        problems_.add(position(mark),
                      fmt::format("nested deeper than {} levels", kMaxNesting));
      }
      return;
    }
    check_tag(position(mark), tag);
    Open opened;
    opened.node.kind = kind;
    opened.node.at = position(mark);
    open_.push_back(std::move(opened));
  }

  void end() {
    if (skipping_ > 0) {
      if (--skipping_ == 0) attach(broken({}));
      return;
    }
    Node node = std::move(open_.back().node);
    // `{{ port }}` without quotes is meant as text: one complaint will do.
    if (open_.back().lost_key && node.keys.empty())
      node.kind = NodeKind::kBroken;
    open_.pop_back();
    attach(std::move(node));
  }

  void attach(Node node) {
    if (skipping_ > 0) return;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == NodeKind::kList) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key_usable = check_key(parent, node);
      parent.key = std::move(node);
    } else {
      attach_value(parent, std::move(node));
    }
  }

  bool check_key(Open& parent, const Node& key) {
    parent.lost_key |= key.kind != NodeKind::kScalar;
    if (key.kind == NodeKind::kBroken) return false;
    if (key.kind != NodeKind::kScalar) {
      // What `port: {{ port }}` is to YAML: a map whose key is a map.
      const bool variable = key.kind == NodeKind::kMap;
      problems_.add(key.at, "wanted a word as key, found something else",
                    variable ? "text with {{ }} needs quotes around it" : "");
      return false;
    }
    const auto [first, fresh] =
        parent.lines.try_emplace(key.text, key.at.line + 1);
    if (fresh) return true;
    problems_.add(
        key.at, fmt::format("the key `{}` is given twice", printable(key.text)),
        fmt::format("the first is in line {}", first->second));
    return false;
  }

  void attach_value(Open& parent, Node value) {
    Node key = std::move(*parent.key);
    parent.key.reset();
    if (!parent.key_usable) return;
    // A missing value has no place of its own; the parser points at what
    // comes after it.
    if (value.kind == NodeKind::kNothing) value.at = key.at;
    parent.node.keys.push_back(std::move(key));
    parent.node.items.push_back(std::move(value));
  }

  std::string_view text_;
  Diagnostics& problems_;
  std::optional<Node> root_;
  std::vector<Open> open_;
  std::size_t skipping_ = 0;  // levels below kMaxNesting that are open
  bool too_deep_ = false;
};

// yaml-cpp reads a stream; this one reads the text where it is.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // a get area is not written
    setg(begin, begin, begin + text.size());
  }
};

struct Translation {
  std::string_view theirs;
  std::string_view ours;
};

// yaml-cpp says what its grammar missed; these say what a person did.
const Translation kTranslations[] = {
    {YAML::ErrorMsg::END_OF_MAP, "this does not belong to the map above it"},
    {YAML::ErrorMsg::END_OF_SEQ, "this does not belong to the list above it"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "wanted `,` or `}` to go on"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "wanted `,` or `]` to go on"},
    {YAML::ErrorMsg::MAP_VALUE, "found a `:` where no value can start"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "the quoted text never ends"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "wanted a value, found an alias"},
};

std::string translated(std::string_view theirs) {
  for (const Translation& translation : kTranslations)
    if (translation.theirs == theirs) return std::string(translation.ours);
  return std::string(theirs);
}

std::string_view line_of(std::string_view text, std::size_t index) {
  for (; index > 0; --index) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

std::string syntax_hint(std::string_view line, std::string_view theirs) {
  if (line.find("{{") != std::string_view::npos)
    return "text with {{ }} needs quotes around it";
  if (theirs == YAML::ErrorMsg::END_OF_MAP ||
      theirs == YAML::ErrorMsg::END_OF_SEQ)
    return "check the indentation";
  if (theirs == YAML::ErrorMsg::MAP_VALUE)
    return "text with `: ` needs quotes around it";
  if (theirs == YAML::ErrorMsg::UNKNOWN_ANCHOR)
    return "write the value out: scenarios have no aliases";
  return {};
}

void add_syntax_error(const YAML::Exception& error, std::string_view text,
                      Diagnostics& problems) {
  Position at;
  if (!error.mark.is_null()) {
    at.line = static_cast<std::size_t>(error.mark.line);
    at.column = static_cast<std::size_t>(error.mark.column);
  }
  const std::string_view line = line_of(text, at.line);
  // A tab can upset the parser much later than where it stands.
  const std::size_t tab = line.find_first_not_of(' ');
  if (tab != std::string_view::npos && line[tab] == '\t') {
    at.column = tab;
    problems.add(at, "not YAML: found a tab in the indentation",
                 "indent by blanks");
    return;
  }
  problems.add(at, fmt::format("not YAML: {}", translated(error.msg)),
               syntax_hint(line, error.msg));
}

}  // namespace

std::optional<std::string> too_large(std::string_view text) {
  if (text.size() <= kMaxScenarioBytes) return std::nullopt;
  return fmt::format(
      "wanted at most {}, found {}", format_size(Bytes{kMaxScenarioBytes}),
      format_size(Bytes{static_cast<std::int64_t>(text.size())}));
}

std::optional<Node> parse_document(std::string_view text,
                                   Diagnostics& problems) {
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  TreeBuilder builder(text, problems);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      problems.add({}, "wanted a scenario, found an empty file");
      return std::nullopt;
    }
    std::optional<Node> root = builder.take_root();
    TreeBuilder second(text, problems);
    if (parser.HandleNextDocument(second)) {
      const std::optional<Node> other = second.take_root();
      problems.add(other ? other->at : Position{},
                   "wanted one scenario, found a second document",
                   "one file holds one scenario: remove the `---`");
    }
    return root;
  } catch (const YAML::Exception& error) {
    // Far below our limit of depth yaml-cpp has one, too; it says "bad file".
    if (!builder.too_deep()) add_syntax_error(error, text, problems);
    return std::nullopt;
  }
}

}  // namespace tidemark
