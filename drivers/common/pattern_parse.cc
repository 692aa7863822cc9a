#include "drivers/common/pattern.h"

#include <fmt/format.h>

#include <cctype>
#include <cstddef>
#include <string>
#include <utility>

namespace tidemark {
namespace {

constexpr std::size_t kMostSteps = 2000;
constexpr int kDeepest = 64;
constexpr int kMostCopies = 255;
constexpr int kUnlimited = -1;

using Steps = std::vector<PatternStep>;

std::int32_t length(const Steps& steps) {
  return static_cast<std::int32_t>(steps.size());
}

void append(Steps& to, const Steps& piece) {
  to.insert(to.end(), piece.begin(), piece.end());
}

// Both ways; the lazy one would rather not go through the piece.
PatternStep split(std::int32_t through, std::int32_t past, bool lazy) {
  return lazy ? PatternStep{PatternOp::kSplit, past, through}
              : PatternStep{PatternOp::kSplit, through, past};
}

ByteSet set_of(int (*is)(int)) {
  ByteSet set;
  for (int byte = 0; byte < 0x80; ++byte) set[byte] = is(byte) != 0;
  return set;
}

ByteSet one(char c) { return ByteSet().set(static_cast<unsigned char>(c)); }

std::size_t first_of(const ByteSet& set) {
  std::size_t byte = 0;
  while (byte < set.size() && !set[byte]) ++byte;
  return byte;
}

// \d \w \s and their contraries.
std::optional<ByteSet> class_of(char letter) {
  ByteSet set;
  switch (std::tolower(static_cast<unsigned char>(letter))) {
    case 'd':
      set = set_of(std::isdigit);
      break;
    case 'w':
      set = set_of(std::isalnum).set('_');
      break;
    case 's':
      set = set_of(std::isspace);
      break;
    default:
      return std::nullopt;
  }
  return letter >= 'a' ? set : ~set;
}

struct NamedClass {
  std::string_view name;
  int (*is)(int);
};
constexpr NamedClass kNamed[] = {
    {"alnum", std::isalnum}, {"alpha", std::isalpha},   {"digit", std::isdigit},
    {"lower", std::islower}, {"upper", std::isupper},   {"punct", std::ispunct},
    {"space", std::isspace}, {"xdigit", std::isxdigit},
};

// Recursive descent, straight into steps.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Steps> parse_all() {
    Result<Steps> steps = parse_choice(0);
    if (steps && at_ < text_.size()) return wrong("a `)` without its `(`");
    return steps;
  }

  std::vector<ByteSet> take_sets() { return std::move(sets_); }
  bool grouped() const { return grouped_; }

 private:
  bool more() const { return at_ < text_.size(); }
  bool next_is(char c) const { return more() && text_[at_] == c; }
  bool skip(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }

  tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(
        ErrorKind::kUsage,
        fmt::format("regular expression, at letter {}: {}", at_ + 1, what));
  }

  // A Result in a Result's place keeps `wrong` out of all signatures.
  Result<Steps> bounded(Steps steps) const {
    if (steps.size() > kMostSteps) return wrong("it is too large");
    return steps;
  }

  Result<Steps> parse_choice(int depth) {
    if (depth > kDeepest) return wrong("too many nested groups");
    Result<Steps> left = parse_row(depth);
    TIDEMARK_TRY(left);
    if (!skip('|')) return left;
    const Result<Steps> right = parse_choice(depth + 1);
    TIDEMARK_TRY(right);
    Steps both{split(1, length(*left) + 2, false)};
    append(both, *left);
    both.push_back({PatternOp::kJump, length(*right) + 1});
    append(both, *right);
    return bounded(std::move(both));
  }

  Result<Steps> parse_row(int depth) {
    Steps row;
    while (more() && !next_is('|') && !next_is(')')) {
      const Result<Steps> piece = parse_repeated(depth);
      TIDEMARK_TRY(piece);
      append(row, *piece);
      if (row.size() > kMostSteps) return wrong("it is too large");
    }
    return row;
  }

  Result<Steps> parse_repeated(int depth) {
    const std::size_t begin = at_;
    Result<Steps> piece = parse_atom(depth);
    TIDEMARK_TRY(piece);
    int least = 1, most = 1;
    if (skip('*')) {
      least = 0, most = kUnlimited;
    } else if (skip('+')) {
      most = kUnlimited;
    } else if (skip('?')) {
      least = 0;
    } else if (next_is('{')) {
      ++at_;
      TIDEMARK_TRY(parse_counts(least, most));
    } else {
      return piece;
    }
    const bool lazy = skip('?');
    if (next_is('*') || next_is('+') || next_is('?') || next_is('{'))
      return wrong("nothing to repeat");
    const char first = text_[begin];
    if (first == '^' || first == '$') return wrong("nothing to repeat");
    return repeated(*piece, least, most, lazy);
  }

  Status parse_counts(int& least, int& most) {
    TIDEMARK_TRY(parse_count(least));
    most = least;
    if (skip(',')) {
      most = kUnlimited;
      if (!next_is('}')) TIDEMARK_TRY(parse_count(most));
    }
    if (!skip('}')) return wrong("wanted {2}, {2,} or {2,5}");
    if (most != kUnlimited && most < least)
      return wrong("the first number in {} is the larger");
    return {};
  }

  Status parse_count(int& count) {
    count = 0;
    const std::size_t begin = at_;
    while (more() && text_[at_] >= '0' && text_[at_] <= '9') {
      count = 10 * count + (text_[at_++] - '0');
      if (count > kMostCopies) return wrong("more than 255 repetitions");
    }
    if (at_ == begin) return wrong("wanted {2}, {2,} or {2,5}");
    return {};
  }

  Result<Steps> repeated(const Steps& piece, int least, int most, bool lazy) {
    const std::size_t copies =
        static_cast<std::size_t>(most == kUnlimited ? least + 1 : most);
    if (copies * (piece.size() + 2) > kMostSteps)
      return wrong("it is too large");
    const std::int32_t size = length(piece);
    Steps all;
    for (int i = 0; i < least; ++i) append(all, piece);
    if (most == kUnlimited) {
      all.push_back(split(1, size + 2, lazy));
      append(all, piece);
      all.push_back({PatternOp::kJump, -size - 1});
    }
    for (int i = least; i < most; ++i) {
      all.push_back(split(1, size + 1, lazy));
      append(all, piece);
    }
    return all;
  }

  Result<Steps> parse_atom(int depth) {
    const char c = text_[at_];
    switch (c) {
      case '*':
      case '+':
      case '?':
      case '{':
        return wrong("nothing to repeat");
      case '(':
        return parse_group(depth);
      case '[':
        return parse_set();
      case '\\':
        return parse_escape();
      case '^':
        ++at_;
        return Steps{{PatternOp::kBegin}};
      case '$':
        ++at_;
        return Steps{{PatternOp::kEnd}};
      case '.':
        ++at_;
        return taking(~(one('\n') | one('\r')));
      default:
        break;
    }
    Steps letter = taking(one(text_[at_++]));
    // The rest of a letter of UTF-8.
    if ((c & 0xc0) == 0xc0)
      while (more() && (text_[at_] & 0xc0) == 0x80)
        append(letter, taking(one(text_[at_++])));
    return letter;
  }

  Result<Steps> parse_group(int depth) {
    ++at_;
    bool kept = !grouped_;
    if (skip('?')) {
      if (!skip(':')) return wrong("of groups with `?`, only (?: ) is known");
      kept = false;
    } else {
      grouped_ = true;
    }
    const Result<Steps> inside = parse_choice(depth + 1);
    TIDEMARK_TRY(inside);
    if (!skip(')')) return wrong("a `(` is not closed");
    Steps group;
    if (kept) group.push_back({PatternOp::kSave, 2});
    append(group, *inside);
    if (kept) group.push_back({PatternOp::kSave, 3});
    return group;
  }

  Result<Steps> parse_escape() {
    ++at_;
    if (!more()) return wrong("nothing after `\\`");
    if (skip('b')) return Steps{{PatternOp::kWordEdge}};
    if (skip('B')) return Steps{{PatternOp::kNoWordEdge}};
    const Result<ByteSet> set = parse_escaped();
    TIDEMARK_TRY(set);
    return taking(*set);
  }

  // What follows a backslash, wherever it stands.
  Result<ByteSet> parse_escaped() {
    if (!more()) return wrong("nothing after `\\`");
    const char c = text_[at_];
    if (const std::optional<ByteSet> known = class_of(c)) {
      ++at_;
      return *known;
    }
    constexpr std::string_view kLetters = "nrtfv0";
    constexpr std::string_view kMeanings("\n\r\t\f\v\0", 6);
    const std::size_t known = kLetters.find(c);
    if (known != std::string_view::npos) {
      ++at_;
      return one(kMeanings[known]);
    }
    if (c == 'x') return parse_hexadecimal();
    if (c >= '1' && c <= '9') return wrong("back references are not known");
    if (std::isalpha(static_cast<unsigned char>(c)) != 0)
      return wrong(fmt::format("`\\{}` is not known", c));
    ++at_;
    return one(c);
  }

  Result<ByteSet> parse_hexadecimal() {
    int value = 0;
    for (std::size_t i = 1; i <= 2; ++i) {
      const int c = at_ + i < text_.size()
                        ? static_cast<unsigned char>(text_[at_ + i])
                        : 0;
      if (std::isxdigit(c) == 0) return wrong("wanted two digits after `\\x`");
      value = 16 * value + (c <= '9' ? c - '0' : (c & 0xf) + 9);
    }
    at_ += 3;
    return one(static_cast<char>(value));
  }

  Result<Steps> parse_set() {
    ++at_;
    const bool contrary = skip('^');
    ByteSet set;
    while (!skip(']')) {
      if (!more()) return wrong("a `[` is not closed");
      bool letter = true;  // and not a class
      const Result<ByteSet> low = parse_member(letter);
      TIDEMARK_TRY(low);
      const bool range = letter && next_is('-') && at_ + 1 < text_.size() &&
                         text_[at_ + 1] != ']';
      if (!range) {
        set |= *low;
        continue;
      }
      ++at_;
      const Result<ByteSet> high = parse_member(letter);
      TIDEMARK_TRY(high);
      if (!letter) return wrong("a range ends with a letter, not a class");
      const std::size_t first = first_of(*low);
      const std::size_t last = first_of(*high);
      if (first > last) return wrong("a range's ends are the wrong way round");
      for (std::size_t byte = first; byte <= last; ++byte) set.set(byte);
    }
    return taking(contrary ? ~set : set);
  }

  Result<ByteSet> parse_member(bool& letter) {
    if (text_.substr(at_).starts_with("[:")) {
      const std::size_t end = text_.find(":]", at_ + 2);
      if (end == std::string_view::npos) return wrong("`[:` is not closed");
      const std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
      for (const NamedClass& known : kNamed) {
        if (known.name != name) continue;
        at_ = end + 2;
        letter = false;
        return set_of(known.is);
      }
      return wrong("a class [: :] that is not known");
    }
    if (!skip('\\')) return one(text_[at_++]);
    if (skip('b')) return one('\b');
    const Result<ByteSet> set = parse_escaped();
    if (set) letter = set->count() == 1;
    return set;
  }

  Steps taking(const ByteSet& set) {
    std::size_t number = 0;
    while (number < sets_.size() && sets_[number] != set) ++number;
    if (number == sets_.size()) sets_.push_back(set);
    return {{PatternOp::kSet, static_cast<std::int32_t>(number)}};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<ByteSet> sets_;
  bool grouped_ = false;
};

}  // namespace

Result<ParsedPattern> parse_pattern(std::string_view text) {
  Parser parser(text);
  Result<Steps> steps = parser.parse_all();
  TIDEMARK_TRY(steps);
  steps->push_back({PatternOp::kMatch});
  return ParsedPattern{std::move(*steps), parser.take_sets(), parser.grouped()};
}

}  // namespace tidemark
