#include "harness/runtimes/native/library.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tidemark {
namespace {

constexpr std::string_view kAnonymous = "(anonymous namespace)";

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
}

// Past the bracket that closes the one at `at`; the end if none does. Arrows
// and comparison operators inside template arguments are rare enough to be
// taken for brackets: a wrong name is cosmetic here.
std::size_t past_bracket(std::string_view text, std::size_t at) {
  int depth = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '<' || c == '(' || c == '{' || c == '[') ++depth;
    const bool arrow = c == '>' && at > 0 && text[at - 1] == '-';
    if (c == ')' || c == '}' || c == ']' || (c == '>' && !arrow))
      if (--depth == 0) return at + 1;
  }
  return text.size();
}

bool operator_at(std::string_view text, std::size_t at) {
  constexpr std::string_view kOperator = "operator";
  if (!text.substr(at).starts_with(kOperator)) return false;
  if (at > 0 && is_word(text[at - 1])) return false;
  const std::size_t end = at + kOperator.size();
  return end < text.size() && !is_word(text[end]);
}

// Past "operator" and its symbol or type, to where the parameters begin.
std::size_t past_operator(std::string_view text, std::size_t at) {
  at += std::string_view("operator").size();
  if (text.substr(at).starts_with("()")) return at + 2;
  constexpr std::string_view kSymbols = "<>=!+-*/%^&|~,[]";
  const std::size_t symbol = at;
  while (at < text.size() && kSymbols.find(text[at]) != text.npos) {
    // "operator< <int>" and "operator=<int>": the rest are arguments.
    if (at > symbol && text[at] == '<' && text[at - 1] != '<') break;
    ++at;
  }
  while (at < text.size() && text[at] != '(' &&
         !(text[at] == '<' && at > symbol))
    ++at;
  return at;
}

// Whether the name goes on behind a parameter list that ends at `at`:
// "f(int) const::{lambda()#1}".
std::size_t continued(std::string_view text, std::size_t at) {
  if (text.substr(at).starts_with("::")) return at;
  if (text.substr(at).starts_with(" const::")) return at + 6;
  return text.npos;
}

template <std::size_t N>
bool starts_with_any(std::string_view text,
                     const std::array<std::string_view, N>& starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view s) { return text.starts_with(s); });
}

template <std::size_t N>
bool contains_any(std::string_view text,
                  const std::array<std::string_view, N>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view p) {
    return text.find(p) != text.npos;
  });
}

constexpr std::array<std::string_view, 12> kNamespaces = {
    "std::",           "__gnu_cxx::", "__cxxabiv1::", "boost::asio::",
    "boost::system::", "asio::",      "operator new", "operator delete",
    "__libc_start",    "__cxa_",      "_dl_",         "__gthread"};

constexpr std::array<std::string_view, 22> kFunctions = {
    "malloc",       "calloc",   "realloc",        "reallocarray",
    "free",         "cfree",    "posix_memalign", "aligned_alloc",
    "memalign",     "valloc",   "pvalloc",        "strdup",
    "strndup",      "__strdup", "asprintf",       "vasprintf",
    "mmap",         "mmap64",   "mremap",         "_start",
    "start_thread", "clone3"};

constexpr std::array<std::string_view, 14> kModules = {
    "libc.so",           "libc-2",      "libstdc++.so", "libc++.so",
    "libc++abi.so",      "libgcc_s",    "ld-linux",     "ld-2",
    "libpthread",        "libjemalloc", "libmimalloc",  "libtcmalloc",
    "libtidemark_agent", "libm.so"};

constexpr std::array<std::string_view, 7> kFolders = {
    "/include/c++/",          "/include/boost/asio/",
    "/include/boost/system/", "/include/x86_64-linux-gnu/c++/",
    "/libstdc++-v3/",         "/lib/gcc/",
    "/include/asio/"};

// allocator_traits::allocate, and not ::construct beside it: what a
// constructor allocates belongs to the constructor, not to who called it.
bool asks_an_allocator(const Frame& frame) {
  const std::string_view name = qualified_name(frame.function);
  if (name != "allocate" && !name.ends_with("::allocate")) return false;
  return frame.file.ends_with("/bits/alloc_traits.h") ||
         name.starts_with("std::allocator_traits<");
}

}  // namespace

std::string_view qualified_name(std::string_view text) {
  std::size_t start = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (text.substr(at).starts_with(kAnonymous)) {
      at += kAnonymous.size();
    } else if (operator_at(text, at)) {
      at = past_operator(text, at);
    } else if (c == ' ') {
      start = ++at;
    } else if (c == '(' && !text.substr(0, at).ends_with("decltype") &&
               at > start) {
      const std::size_t end = past_bracket(text, at);
      const std::size_t more = continued(text, end);
      if (more == text.npos) return text.substr(start, at - start);
      at = more;
    } else if (c == '<' || c == '(' || c == '{' || c == '[') {
      at = past_bracket(text, at);
    } else {
      ++at;
    }
  }
  return text.substr(start);
}

bool is_library_frame(const Frame& frame) {
  const std::string_view name = qualified_name(frame.function);
  if (starts_with_any(name, kNamespaces)) return true;
  if (std::find(kFunctions.begin(), kFunctions.end(), name) != kFunctions.end())
    return true;
  if (contains_any(frame.file, kFolders)) return true;
  const std::string_view module = frame.module;
  return starts_with_any(module.substr(module.rfind('/') + 1), kModules);
}

void mark_allocators(std::vector<Frame>& frames) {
  for (std::size_t i = 1; i < frames.size(); ++i) {
    if (!asks_an_allocator(frames[i])) continue;
    // All that the container's allocator does below is its own affair.
    for (std::size_t j = 0; j < i; ++j) frames[j].library = true;
    return;
  }
}

}  // namespace tidemark
