#include "drivers/common/text_template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "harness/base/short_text.h"
#include "harness/base/spelling.h"

namespace tidemark {
namespace {

constexpr std::size_t kLongestQuote = 40;
// What one call may generate: the size of the largest message that services
// are commonly set to take.
constexpr std::int64_t kLongestText = 16 << 20;

// In the order of TextTemplate::Function.
struct FunctionRow {
  std::string_view name;
  std::size_t numbers;  // how many it takes
  std::string_view example;
};

constexpr std::array<FunctionRow, 7> kFunctions = {{
    {"$iteration", 0, "$iteration"},
    {"$connection", 0, "$connection"},
    {"$randomInt", 2, "$randomInt(1,1000)"},
    {"$randomString", 1, "$randomString(12)"},
    {"$timestamp", 0, "$timestamp"},
    {"$uuid", 0, "$uuid"},
    {"$data", 1, "$data(256)"},
}};
constexpr std::size_t kRandomIntRow = 2;

std::string quoted(std::string_view text) {
  return one_line(text, kLongestQuote);
}

tl::unexpected<Error> wrong(std::string message, std::string hint) {
  return fail(ErrorKind::kUsage, std::move(message), std::move(hint));
}

tl::unexpected<Error> unknown(std::string_view name,
                              const VariableNames& names) {
  std::vector<std::string> known = names.all();
  for (const FunctionRow& row : kFunctions) known.emplace_back(row.name);
  std::string_view bare = name.substr(0, name.find('('));
  const std::optional<std::string> nearest = nearest_word(bare, known);
  const bool call = name.starts_with('$');
  return wrong(
      fmt::format("unknown {} `{}`", call ? "function" : "variable",
                  quoted(call ? bare : name)),
      nearest ? fmt::format("did you mean {{{{ {} }}}}?", quoted(*nearest))
      : call  ? fmt::format("the functions are {}",
                            fmt::join(known.end() - kFunctions.size(),
                                      known.end(), ", "))
      : names.all().empty()
          ? std::string("there are no variables here")
          : fmt::format(
                "the variables are {}",
                quoted(fmt::format("{}", fmt::join(names.all(), ", ")))));
}

struct ParsedCall {
  std::size_t row = 0;
  std::array<std::int64_t, 2> numbers{};
};

tl::unexpected<Error> bad_arguments(std::string_view call,
                                    const FunctionRow& row,
                                    std::string_view what) {
  return wrong(fmt::format("`{}`: {}", quoted(call), what),
               fmt::format("for example {{{{ {} }}}}", row.example));
}

Result<ParsedCall> check_ranges(std::string_view call,
                                const ParsedCall& parsed) {
  const FunctionRow& row = kFunctions[parsed.row];
  if (parsed.row == kRandomIntRow) {
    if (parsed.numbers[0] > parsed.numbers[1])
      return bad_arguments(call, row, "the first number is the larger");
  } else if (row.numbers == 1 &&
             (parsed.numbers[0] < 0 || parsed.numbers[0] > kLongestText)) {
    return bad_arguments(call, row,
                         fmt::format("a length is from 0 to {}", kLongestText));
  }
  return parsed;
}

// `$name` or `$name(1, 2)`.
Result<ParsedCall> parse_call(std::string_view text,
                              const VariableNames& names) {
  const std::size_t open = text.find('(');
  const std::string_view name = trimmed(text.substr(0, open));
  ParsedCall parsed;
  while (parsed.row < kFunctions.size() && kFunctions[parsed.row].name != name)
    ++parsed.row;
  if (parsed.row == kFunctions.size()) return unknown(text, names);
  const FunctionRow& row = kFunctions[parsed.row];
  std::string_view rest;
  if (open != std::string_view::npos) {
    if (text.back() != ')') return bad_arguments(text, row, "`)` is missing");
    rest = trimmed(text.substr(open + 1, text.size() - open - 2));
  }
  for (std::size_t i = 0; i < row.numbers; ++i) {
    const std::size_t comma =
        i + 1 < row.numbers ? rest.find(',') : std::string_view::npos;
    const std::string_view digits = trimmed(rest.substr(0, comma));
    const char* end = digits.data() + digits.size();
    const std::from_chars_result found =
        std::from_chars(digits.data(), end, parsed.numbers[i]);
    if (found.ec != std::errc() || found.ptr != end)
      return bad_arguments(text, row,
                           row.numbers == 1 ? "wanted a whole number"
                                            : "wanted two whole numbers");
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
  }
  if (!rest.empty()) return bad_arguments(text, row, "it takes no numbers");
  return check_ranges(text, parsed);
}

void append_number(std::int64_t number, std::string& out) {
  char digits[24];
  const std::to_chars_result end =
      std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end.ptr);
}

void append_random_int(std::int64_t first, std::int64_t last, Random& random,
                       std::string& out) {
  const std::uint64_t low = static_cast<std::uint64_t>(first);
  // 0 stands for all 2⁶⁴ numbers.
  const std::uint64_t count = static_cast<std::uint64_t>(last) - low + 1;
  const std::uint64_t draw = random.next();
  __extension__ using Wide = unsigned __int128;
  const std::uint64_t offset =
      count == 0 ? draw
                 : static_cast<std::uint64_t>((Wide(draw) * count) >> 64);
  append_number(static_cast<std::int64_t>(low + offset), out);
}

void append_letters(std::int64_t length, Random& random, std::string& out) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const std::size_t at = out.size();
  out.resize(at + static_cast<std::size_t>(length));
  for (std::size_t i = at; i < out.size();) {
    std::uint64_t draw = random.next();
    for (int piece = 0; piece < 4 && i < out.size(); ++piece, draw >>= 16)
      out[i++] = kLetters[((draw & 0xffff) * kLetters.size()) >> 16];
  }
}

// 64 letters, so that ten come from each draw: bodies are long.
void append_data(std::int64_t length, Random& random, std::string& out) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const std::size_t at = out.size();
  out.resize(at + static_cast<std::size_t>(length));
  for (std::size_t i = at; i < out.size();) {
    std::uint64_t draw = random.next();
    for (int piece = 0; piece < 10 && i < out.size(); ++piece, draw >>= 6)
      out[i++] = kLetters[draw & 0x3f];
  }
}

void append_uuid(Random& random, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  const std::uint64_t version = 0x4000, variant = 0x8000000000000000;
  const std::uint64_t halves[2] = {
      (random.next() & ~std::uint64_t{0xf000}) | version,
      (random.next() & ~(std::uint64_t{3} << 62)) | variant};
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) out += '-';
    out += kHex[(halves[i / 16] >> (60 - 4 * (i % 16))) & 0xf];
  }
}

}  // namespace

std::uint16_t VariableNames::add(std::string_view name) {
  const int known = find(name);
  if (known >= 0) return static_cast<std::uint16_t>(known);
  constexpr std::size_t kMost = std::numeric_limits<std::uint16_t>::max();
  // Feeders and scenarios are bounded far below; the last name stays last.
  if (names_.size() > kMost) return static_cast<std::uint16_t>(kMost);
  names_.emplace_back(name);
  return static_cast<std::uint16_t>(names_.size() - 1);
}

int VariableNames::find(std::string_view name) const {
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (names_[i] == name) return static_cast<int>(i);
  return -1;
}

Result<TextTemplate> TextTemplate::parse(std::string_view text,
                                         const VariableNames& names) {
  TextTemplate result;
  std::string plain;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find("{{"), text.size());
    plain += text.substr(0, open);
    text.remove_prefix(open);
    if (text.empty()) break;
    if (text.starts_with("{{{{")) {
      plain += "{{";
      text.remove_prefix(4);
      continue;
    }
    if (text.starts_with("{{{")) {  // JSON: an object before a variable
      plain += '{';
      text.remove_prefix(1);
      continue;
    }
    const std::size_t close = text.find("}}", 2);
    if (close == std::string_view::npos)
      return wrong(fmt::format("`{{{{` without `}}}}` in `{}`", quoted(text)),
                   "write {{ NAME }}, or {{{{ for two braces");
    const std::string_view name = trimmed(text.substr(2, close - 2));
    if (name.empty())
      return wrong("`{{ }}` without a name",
                   "write {{ NAME }}, or {{{{ for two braces");
    if (!plain.empty()) result.parts_.emplace_back(std::exchange(plain, {}));
    if (name.starts_with('$')) {
      const Result<ParsedCall> call = parse_call(name, names);
      TIDEMARK_TRY(call);
      result.parts_.emplace_back(Call{static_cast<Function>(call->row),
                                      call->numbers[0], call->numbers[1]});
    } else {
      const int number = names.find(name);
      if (number < 0) return unknown(name, names);
      result.parts_.emplace_back(Variable{static_cast<std::uint16_t>(number)});
    }
    text.remove_prefix(close + 2);
  }
  if (!plain.empty()) result.parts_.emplace_back(std::move(plain));
  return result;
}

TextTemplate TextTemplate::literal(std::string text) {
  TextTemplate result;
  if (!text.empty()) result.parts_.emplace_back(std::move(text));
  return result;
}

bool TextTemplate::constant() const {
  return parts_.empty() || (parts_.size() == 1 && parts_.front().index() == 0);
}

void TextTemplate::append(const TemplateContext& context,
                          std::string& out) const {
  for (const std::variant<std::string, Variable, Call>& part : parts_) {
    if (const std::string* plain = std::get_if<std::string>(&part)) {
      out += *plain;
      continue;
    }
    if (const Variable* variable = std::get_if<Variable>(&part)) {
      // What no step has captured yet is empty.
      if (variable->number < context.values.size())
        out += context.values[variable->number];
      continue;
    }
    const Call& call = *std::get_if<Call>(&part);
    switch (call.function) {
      case Function::kIteration:
        append_number(static_cast<std::int64_t>(context.iteration), out);
        break;
      case Function::kConnection:
        append_number(context.connection, out);
        break;
      case Function::kRandomInt:
        append_random_int(call.first, call.second, context.random, out);
        break;
      case Function::kRandomString:
        append_letters(call.first, context.random, out);
        break;
      case Function::kTimestamp:
        append_number(context.unix_milliseconds, out);
        break;
      case Function::kUuid:
        append_uuid(context.random, out);
        break;
      case Function::kData:
        append_data(call.first, context.random, out);
        break;
    }
  }
}

}  // namespace tidemark
