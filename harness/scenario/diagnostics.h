// Problems of a scenario file as people read them: file:line:column, what was
// wanted and found, the line itself with a caret, and what to do.
//
//   churn.yaml:7:3: unknown key `conections` in `load`
//    7 |   conections: 200
//      |   ^~~~~~~~~~
//      = did you mean `connections`?
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark {

// A place in the text. All three count bytes or lines from 0, as the YAML
// parser does; people are shown characters and lines from 1.
struct Position {
  std::size_t line = 0;
  std::size_t column = 0;
  std::size_t length = 1;  // of what is wrong, on this line

  bool operator==(const Position&) const = default;
};

struct Diagnostic {
  Position at;
  std::string message;  // one line, without position
  std::string hint;     // one line; may be empty

  bool operator==(const Diagnostic&) const = default;
};

// More than these are counted but not shown: the first few lead to the rest.
inline constexpr std::size_t kMaxDiagnosticsShown = 20;

class Diagnostics {
 public:
  void add(Position at, std::string message, std::string hint = {});
  bool empty() const { return diagnostics_.empty(); }

  // What stands there is a secret: pictures of its line show `*` instead.
  void hide(Position secret) { secrets_.push_back(secret); }

  // All of them in the order of the file. `text` must be what was parsed.
  std::string render(const std::string& path, std::string_view text) const;

  // From now on every key that a section asks for goes to `keys`, as a path
  // ("load.send.count"): what the reference of the format must list.
  void note_keys_in(std::set<std::string>& keys) { keys_ = &keys; }
  bool notes_keys() const { return keys_ != nullptr; }
  void note_key(std::string path) { keys_->insert(std::move(path)); }

 private:
  std::vector<Diagnostic> diagnostics_;
  std::size_t dropped_ = 0;
  std::vector<Position> secrets_;
  std::set<std::string>* keys_ = nullptr;
};

// `text` fit for one line of a terminal: control characters written as \xNN
// (a scenario may come from a stranger), and cut with "…" after `longest`
// characters.
std::string printable(std::string_view text, std::size_t longest = 60);

// "a, b or c"; `last` is the word before the last.
std::string any_of(const std::vector<std::string>& words,
                   std::string_view last = "or");

}  // namespace tidemark
