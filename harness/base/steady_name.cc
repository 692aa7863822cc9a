#include "harness/base/steady_name.h"

#include <algorithm>
#include <array>

#include "harness/base/cpp_names.h"

namespace tidemark {
namespace {

constexpr std::size_t kLongest = 4000;  // hostile brackets take time

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "{lambda(int)#1}" and gcc's "<lambda(int)>" alike.
std::string without_number(std::string_view braced) {
  if (braced.substr(1).starts_with("lambda")) return "{lambda}";
  return braced.substr(1).starts_with("unnamed") ? "{unnamed}" : "";
}

// Where a compiler's copy of a function says so: "f.part.0", "f.cold".
std::size_t clone_at(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kClones = {
      ".part.",    ".isra.", ".constprop.", ".cold",
      ".lto_priv", ".llvm.", " [clone"};
  std::size_t first = text.size();
  for (std::string_view clone : kClones)
    if (const std::size_t at = text.find(clone); at != text.npos && at > 0)
      first = std::min(first, at);
  return first;
}

void erase_all(std::string& text, std::string_view what) {
  for (std::size_t at; (at = text.find(what)) != std::string::npos;)
    text.erase(at, what.size());
}

// One pass over the top level of a name.
std::string bare_name(std::string_view text) {
  std::string name;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t past = past_operator(text, at); past != at) {
      name += text.substr(at, past - at);
      at = past;
      if (text.substr(at).starts_with(" <")) ++at;
      continue;
    }
    const char c = text[at];
    if (c == '<' || c == '{' || c == '(' || c == '[') {
      const std::size_t end = std::min(past_bracket(text, at), text.size());
      const bool starts_part = name.empty() || name.ends_with("::");
      if (is_receiver(name, c)) {
        name += text.substr(at, end - at);
        at = end;
        continue;
      }
      if (c == '{' || (c == '<' && starts_part))
        name += without_number(text.substr(at, end - at));
      at = end;
      // "f(int) const::{lambda}": the name goes on.
      if (c == '(' && text.substr(at).starts_with(" const")) at += 6;
      continue;
    }
    // What was before a space is a return type, or "virtual thunk to".
    if (c == ' ')
      name.clear();
    else
      name += c;
    ++at;
  }
  return name;
}

}  // namespace

std::string steady_name(std::string_view demangled) {
  const std::string_view whole = demangled.substr(0, kLongest);
  std::string text(whole.substr(0, clone_at(whole)));
  for (std::string_view noise :
       {"(anonymous namespace)::", "__cxx11::", "__1::"})
    erase_all(text, noise);
  std::string name = bare_name(text);
  return name.empty() ? std::string(whole) : name;
}

std::string steady_module(std::string_view path) {
  std::string_view file = path.substr(path.rfind('/') + 1);
  const std::size_t so = file.find(".so.");
  if (so != file.npos && so + 4 < file.size() && is_digit(file[so + 4]))
    file = file.substr(0, so + 3);
  return std::string(file);
}

}  // namespace tidemark
