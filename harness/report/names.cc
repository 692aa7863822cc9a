#include "harness/report/names.h"

#include <array>
#include <utility>

namespace tidemark {
namespace {

constexpr std::size_t kLongArguments = 24;

void replace_all(std::string& text, std::string_view from,
                 std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// The matching close of the bracket at `open`, or npos.
std::size_t closing(std::string_view text, std::size_t open, char opener,
                    char closer) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == opener) ++depth;
    // "->" and "operator>" are not brackets.
    if (text[i] == closer && (i == 0 || text[i - 1] != '-') && --depth == 0)
      return i;
  }
  return std::string::npos;
}

bool follows_operator(std::string_view text, std::size_t at) {
  return at >= 8 && text.substr(at - 8, 8) == "operator";
}

void fold_templates(std::string& text) {
  for (std::size_t at = text.find('<'); at != std::string::npos;
       at = text.find('<', at + 1)) {
    if (follows_operator(text, at)) continue;
    std::size_t end = closing(text, at, '<', '>');
    if (end == std::string::npos) return;
    if (end - at > kLongArguments) text.replace(at, end - at + 1, "<…>");
  }
}

// f(int, char) → f; but operator()(int) → operator(), and (anonymous
// namespace) stays.
void drop_parameters(std::string& text) {
  for (std::size_t at = text.find('('); at != std::string::npos;
       at = text.find('(', at + 1)) {
    std::size_t end = closing(text, at, '(', ')');
    if (end == std::string::npos) return;
    if (follows_operator(text, at) || text.compare(at, 10, "(anonymous") == 0) {
      at = end;
      continue;
    }
    text.erase(at, end - at + 1);
    while (text.ends_with(" const") || text.ends_with(" &"))
      text.erase(text.rfind(' '));
    return;
  }
}

}  // namespace

std::string short_name(std::string_view function) {
  std::string text(function);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5>
      kPlain{{{"std::__cxx11::", "std::"},
              {"[abi:cxx11]", ""},
              {"std::basic_string<char, std::char_traits<char>, "
               "std::allocator<char> >",
               "std::string"},
              {"(anonymous namespace)::", ""},
              {"> >", ">>"}}};
  for (const auto& [from, to] : kPlain) replace_all(text, from, to);
  fold_templates(text);
  drop_parameters(text);
  return text;
}

std::string short_path(std::string_view path, std::size_t width) {
  if (path.size() <= width) return std::string(path);
  std::string_view tail = path.substr(path.size() - width + 1);
  std::size_t slash = tail.find('/');
  if (slash != std::string_view::npos) tail.remove_prefix(slash);
  return "…" + std::string(tail);
}

}  // namespace tidemark
