#include "harness/scenario/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/utf8.h"

namespace tidemark {
namespace {

using Kind = YamlValue::Kind;

constexpr std::size_t kWidth = 80;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Letters, digits and a few signs that mean nothing to YAML, and no word that
// some reader takes for a flag or for nothing.
bool is_plain_text(std::string_view text) {
  constexpr std::array<std::string_view, 10> kTaken = {
      "true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan"};
  const bool begins = !text.empty() && (is_letter(text[0]) || text[0] == '/' ||
                                        text.starts_with("./"));
  if (!begins) return false;
  const bool good = std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '/' || c == '.';
  });
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return good && std::find(kTaken.begin(), kTaken.end(), lower) == kTaken.end();
}

// Bytes of a character that a reader may take for a line end or a mark.
bool is_special(std::string_view character) {
  return (character.size() == 2 && character[0] == '\xC2' &&
          static_cast<unsigned char>(character[1]) < 0xA0) ||
         character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9" ||
         character == "\xEF\xBB\xBF" || character == "\xEF\xBF\xBE" ||
         character == "\xEF\xBF\xBF";
}

unsigned code_point(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  unsigned code = character.size() == 2 ? lead & 0x1fu : lead & 0x0fu;
  for (std::size_t i = 1; i < character.size(); ++i)
    code = code << 6 | (static_cast<unsigned char>(character[i]) & 0x3fu);
  return code;
}

// `{a: 1, b: [x, y]}`
std::string inline_text(const YamlValue& value) {
  if (value.kind == Kind::kScalar) return value.text;
  const bool map = value.kind == Kind::kMap;
  std::string text = map ? "{" : "[";
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) text += ", ";
    if (map) text += value.keys[i] + ": ";
    text += inline_text(value.items[i]);
  }
  return text + (map ? "}" : "]");
}

class Blocks {
 public:
  void map(const YamlValue& value, std::size_t indent) {
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      // Behind a dash the first key goes on in its line.
      if (i > 0 || !behind_dash_) text_.append(indent, ' ');
      behind_dash_ = false;
      text_ += value.keys[i] + ":";
      below(value.items[i], indent, value.keys[i].size() + 2);
    }
  }

  void list(const YamlValue& value, std::size_t indent) {
    for (const YamlValue& item : value.items) {
      text_.append(indent, ' ');
      text_ += "- ";
      const std::string line = inline_text(item);
      if (fits(item, indent + 2 + line.size())) {
        text_ += line + "\n";
      } else if (item.kind == Kind::kMap) {
        behind_dash_ = true;
        map(item, indent + 2);
      } else {
        text_ += line + "\n";
      }
    }
  }

  std::string take() { return std::move(text_); }

 private:
  // A section of the file is a block, whatever its length.
  static bool fits(const YamlValue& value, std::size_t columns) {
    return value.kind == Kind::kScalar || value.items.empty() ||
           columns <= kWidth;
  }

  void below(const YamlValue& value, std::size_t indent, std::size_t used) {
    const std::string line = inline_text(value);
    const bool section = indent == 0 && value.kind == Kind::kMap;
    if (fits(value, indent + used + line.size()) &&
        !(section && !value.items.empty())) {
      text_ += " " + line + "\n";
      return;
    }
    text_ += "\n";
    if (value.kind == Kind::kMap)
      map(value, indent + 2);
    else
      list(value, indent + 2);
  }

  std::string text_;
  bool behind_dash_ = false;
};

}  // namespace

std::string yaml_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length =
        std::max<std::size_t>(1, utf8_length(text.substr(i)));
    const std::string_view character = text.substr(i, length);
    const char c = character[0];
    if (c == '"' || c == '\\')
      quoted += fmt::format("\\{}", c);
    else if (c == '\n')
      quoted += "\\n";
    else if (c == '\r')
      quoted += "\\r";
    else if (c == '\t')
      quoted += "\\t";
    else if ((c >= 0 && c < ' ') || c == 0x7f)
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    else if (is_special(character))
      quoted += fmt::format("\\u{:04x}", code_point(character));
    else
      quoted += character;
    i += length;
  }
  return quoted + "\"";
}

YamlValue YamlValue::of_text(std::string_view text) {
  return of_word(is_plain_text(text) ? std::string(text) : yaml_quoted(text));
}

YamlValue YamlValue::of_word(std::string word) {
  YamlValue value;
  value.kind = Kind::kScalar;
  value.text = std::move(word);
  return value;
}

YamlValue YamlValue::of_number(std::uint64_t number) {
  return of_word(std::to_string(number));
}

YamlValue YamlValue::of_flag(bool flag) {
  return of_word(flag ? "true" : "false");
}

YamlValue YamlValue::list() {
  YamlValue value;
  value.kind = Kind::kList;
  return value;
}

YamlValue YamlValue::of_texts(const std::vector<std::string>& texts) {
  YamlValue value = list();
  for (const std::string& text : texts) value.add(of_text(text));
  return value;
}

void YamlValue::put(std::string_view key, YamlValue value) {
  keys.push_back(is_plain_text(key) ? std::string(key) : yaml_quoted(key));
  items.push_back(std::move(value));
}

void YamlValue::put_some(std::string_view key, YamlValue value) {
  if (value.kind == Kind::kScalar || !value.items.empty())
    put(key, std::move(value));
}

std::string yaml_text(const YamlValue& map) {
  Blocks blocks;
  blocks.map(map, 0);
  return blocks.take();
}

}  // namespace tidemark
