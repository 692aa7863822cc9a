#include "harness/report/names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "harness/base/cpp_names.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kLongArguments = 24;
constexpr std::size_t kLongestName = 4000;

void replace_all(std::string& text, std::string_view from,
                 std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// What stands for the bracket text[at, end) of a name.
std::string folded(std::string_view text, std::size_t at, std::size_t end) {
  const std::string_view whole = text.substr(at, end - at);
  switch (text[at]) {
    case '<':
      return whole.size() > kLongArguments ? "<…>" : std::string(whole);
    case '{':
      return whole.starts_with("{lambda") ? "{lambda}" : std::string(whole);
    default:  // a parameter list
      return "";
  }
}

// One pass over the top level of a demangled name.
std::string folded_name(std::string_view text) {
  std::string name;
  const bool is_function = text.find('(') != text.npos;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t past = past_operator(text, at);
    if (past != at) {
      name += text.substr(at, past - at);
      at = past;
      // "operator<< <char>": the space is the demangler's.
      if (text.substr(at).starts_with(" <")) ++at;
      continue;
    }
    const char c = text[at];
    const bool opens = c == '<' || c == '(' || c == '{';
    const std::size_t end = opens ? past_bracket(text, at) : text.npos;
    if (end != text.npos) {
      name += is_receiver(name, c) ? text.substr(at, end - at)
                                   : folded(text, at, end);
      at = end;
      if (c == '(' && text.substr(at).starts_with(" const")) at += 6;
      continue;
    }
    // What was before a space is a return type or "virtual thunk to".
    if (c == ' ' && is_function && at + 1 < text.size() &&
        text[at + 1] != '[' && text[at + 1] != '&')
      name.clear();
    else
      name += c;
    ++at;
  }
  return name;
}

}  // namespace

std::string short_name(std::string_view function) {
  // Nobody reads further, and hostile brackets would take quadratic time.
  std::string text = clipped(function, kLongestName);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6>
      kPlain{{{"std::__cxx11::", "std::"},
              {"[abi:cxx11]", ""},
              {"std::basic_string<char, std::char_traits<char>, "
               "std::allocator<char> >",
               "std::string"},
              {"std::basic_string_view<char, std::char_traits<char> >",
               "std::string_view"},
              {"(anonymous namespace)::", ""},
              {" >", ">"}}};
  for (const auto& [from, to] : kPlain) replace_all(text, from, to);
  std::string name = folded_name(text);
  // "module+0x12" and text that is no C++ name come out as they are.
  return name.empty() ? text : name;
}

std::string short_path(std::string_view path, std::size_t width) {
  const std::size_t all = columns(path);
  if (all <= width) return std::string(path);
  // A character more than fits goes, to make room for the "…".
  std::size_t start = 0;
  for (std::size_t left = all; left + 1 > width && start < path.size();) {
    do {
      ++start;
    } while (start < path.size() && (path[start] & 0xC0) == 0x80);
    --left;
  }
  std::string_view tail = path.substr(start);
  const std::size_t slash = tail.find('/');
  if (slash != tail.npos) tail.remove_prefix(slash);
  return "…" + std::string(tail);
}

}  // namespace tidemark
