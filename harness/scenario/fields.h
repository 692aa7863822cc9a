// Typed reading of a document: each call asks one map for one field, checks
// it and leaves the default where the field is absent or wrong. Every problem
// goes to the Diagnostics, so that one look finds them all.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/scenario/diagnostics.h"
#include "harness/scenario/document.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark {

// An extra rule for a text; its Error lacks the name of the field.
using TextRule = std::function<Status(const std::string&)>;

// Values without the map around them. `name` is the whole path of the field
// ("load.send.count"); nothing is returned where a problem was added.
std::optional<std::string> read_text(const Node& node, const std::string& name,
                                     Diagnostics& problems,
                                     const TextRule& rule = {});
std::optional<std::uint64_t> read_whole(const Node& node,
                                        const std::string& name,
                                        std::uint64_t least, std::uint64_t most,
                                        Diagnostics& problems);
std::optional<Bytes> read_size(const Node& node, const std::string& name,
                               Bytes most, Diagnostics& problems);
std::optional<Duration> read_duration(const Node& node, const std::string& name,
                                      Duration least, Duration most,
                                      Diagnostics& problems);
std::optional<double> read_rate(const Node& node, const std::string& name,
                                double most, Diagnostics& problems);

// "the text `x`", "a list" … for "wanted A, found B".
std::string describe(const Node& node);
// Adds "`name`: wanted A, found B" unless the node is reported already.
void add_mismatch(const Node& node, const std::string& name,
                  std::string_view wanted, Diagnostics& problems,
                  std::string hint = {});
void add_error(const Node& node, const std::string& name, const Error& error,
               Diagnostics& problems);

// One map of the file, for as long as it is being read. REQUIRES: the node
// and the diagnostics outlive it; finish() is the last call.
class Section {
 public:
  // `name` is empty for the file itself. Anything but a map is a problem and
  // reads like an empty map.
  Section(const Node& node, std::string name, Diagnostics& problems);

  // The value of `key`, or null. Every key asked for is a known one.
  const Node* find(std::string_view key);
  // The same, and a problem if it is absent.
  const Node* require(std::string_view key, std::string_view hint);
  // The value of `key` as a map with fields of its own, if it is present.
  std::optional<Section> section(std::string_view key);

  void text(std::string_view key, std::string& out, const TextRule& rule = {});
  void texts(std::string_view key, std::vector<std::string>& out,
             const TextRule& rule = {});
  // A map of free names to texts.
  void text_map(std::string_view key, std::map<std::string, std::string>& out,
                const TextRule& name_rule, const TextRule& value_rule);
  void duration(std::string_view key, Duration& out, Duration least,
                Duration most);
  void rate(std::string_view key, double& out, double most);
  void size(std::string_view key, Bytes& out, Bytes most);
  void size(std::string_view key, std::optional<Bytes>& out, Bytes most);
  void flag(std::string_view key, bool& out);
  void whole(std::string_view key, std::uint32_t& out, std::uint32_t least,
             std::uint32_t most);
  // `key: 5`, which is both, or {min: 2, max: 8}; one that is absent stays as
  // it is unless the other is beyond it.
  void whole_or_bounds(std::string_view key, std::uint32_t& min,
                       std::uint32_t& max, std::uint32_t least,
                       std::uint32_t most);

  // One of a few words.
  template <class E>
  void word(std::string_view key, E& out,
            std::initializer_list<std::pair<std::string_view, E>> words) {
    std::vector<std::string> known;
    for (const auto& [spelling, value] : words) known.emplace_back(spelling);
    const std::optional<std::size_t> index = word_index(key, known);
    if (index) out = words.begin()[*index].second;
  }

  // Reports every key that nobody asked for.
  void finish();

  // Adds "`name`: message" at `node`, for rules that need more than a field.
  void complain(const Node& node, std::string_view key, std::string message,
                std::string hint = {});

  const std::string& name() const { return name_; }
  std::string path(std::string_view key) const;
  const Node& node() const { return *node_; }
  Diagnostics& problems() { return *problems_; }

 private:
  std::optional<std::size_t> word_index(std::string_view key,
                                        const std::vector<std::string>& known);

  const Node* node_;
  std::string name_;
  Diagnostics* problems_;
  std::vector<std::string> known_;
};

// Which of `known` the node says, or nothing and a problem.
std::optional<std::size_t> read_word(const Node& node, const std::string& name,
                                     const std::vector<std::string>& known,
                                     Diagnostics& problems);

}  // namespace tidemark
