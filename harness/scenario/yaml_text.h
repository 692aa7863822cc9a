// YAML as a value, and its text: what the writer of scenarios is made of.
// Private to this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark {

// One of a scalar, a list and a map.
struct YamlValue {
  enum class Kind { kScalar, kList, kMap };
  Kind kind = Kind::kMap;
  std::string text{};  // of a scalar, as it is written
  std::vector<std::string> keys{};
  std::vector<YamlValue> items{};  // of a list, or one for each key

  // A text: in quotes unless it can be taken for nothing else.
  static YamlValue of_text(std::string_view text);
  // A number, a quantity or a word of the format: never in quotes.
  static YamlValue of_word(std::string word);
  static YamlValue of_number(std::uint64_t number);
  static YamlValue of_flag(bool flag);
  static YamlValue list();
  static YamlValue of_texts(const std::vector<std::string>& texts);

  // REQUIRES: a map without this key.
  void put(std::string_view key, YamlValue value);
  // The same, left out where a map or a list has nothing in it.
  void put_some(std::string_view key, YamlValue value);
  void add(YamlValue value) { items.push_back(std::move(value)); }
};

// A text in YAML. REQUIRES: UTF-8.
std::string yaml_quoted(std::string_view text);

// A map as a file: in blocks, and on one line what fits there.
std::string yaml_text(const YamlValue& map);

}  // namespace tidemark
