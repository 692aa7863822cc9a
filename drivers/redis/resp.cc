#include "drivers/redis/resp.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace tidemark::redis {
namespace {

// Of an error's text, if it was not to be kept as a whole.
constexpr std::size_t kErrorText = 1 << 10;
constexpr std::size_t kLineEnd = 2;   // "\r\n"
constexpr std::size_t kKindSize = 4;  // "txt:" of a verbatim string

using Kind = RespRead::Kind;

// Digits only, or -1; anything else is nothing.
std::optional<std::int64_t> length_in(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result parsed =
      std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || number < -1 ||
      text == "-0")
    return std::nullopt;
  return number;
}

std::optional<std::int64_t> integer_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('+')) return std::nullopt;
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result parsed =
      std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

bool only(std::string_view text, std::string_view allowed) {
  return text.find_first_of("0123456789") != text.npos &&
         text.find_first_not_of(allowed) == text.npos;
}

// Whether what stands after the type of a line can stand there.
bool fits(char type, std::string_view text) {
  switch (type) {
    case ':':
      return integer_in(text).has_value();
    case '_':
      return text.empty();
    case '#':
      return text == "t" || text == "f";
    case ',':
      return text == "inf" || text == "-inf" || text == "nan" ||
             text == "-nan" || only(text, "0123456789+-.eE");
    case '(':
      return only(text, "0123456789+-");
    default:
      return true;  // '+', '-'
  }
}

enum class Form : std::uint8_t { kNone, kLine, kBulk, kMany };

constexpr Form form_of(char type) {
  switch (type) {
    case '+':
    case '-':
    case ':':
    case '_':
    case '#':
    case ',':
    case '(':
      return Form::kLine;
    case '$':
    case '!':
    case '=':
      return Form::kBulk;
    case '*':
    case '%':
    case '~':
    case '>':
    case '|':
      return Form::kMany;
    default:
      return Form::kNone;
  }
}

// A reply of one line or one bulk string that is whole: nearly all are. What
// is not, or is wrong, is left to the reader below.
bool read_whole(std::string_view& input, bool keep, RespValue& value) {
  const char type = input[0];
  if (type == '$') {
    std::size_t at = 1;
    std::size_t length = 0;
    for (; at < input.size() && at < 10; ++at) {
      const unsigned digit = static_cast<unsigned char>(input[at]) - '0';
      if (digit > 9) break;
      length = length * 10 + digit;
    }
    const std::size_t begin = at + kLineEnd;
    if (at == 1 || input.size() < begin + length + kLineEnd ||
        length > static_cast<std::size_t>(kMaxRespBulk) ||
        std::memcmp(input.data() + at, "\r\n", kLineEnd) != 0 ||
        std::memcmp(input.data() + begin + length, "\r\n", kLineEnd) != 0)
      return false;
    value.type = type;
    value.size = static_cast<std::int64_t>(length);
    if (keep) value.text = input.substr(begin, std::min(length, kMaxRespText));
    input.remove_prefix(begin + length + kLineEnd);
    return true;
  }
  if (form_of(type) != Form::kLine) return false;
  const void* found =
      std::memchr(input.data(), '\n', std::min(input.size(), kMaxRespLine));
  if (found == nullptr) return false;
  const std::size_t end =
      static_cast<std::size_t>(static_cast<const char*>(found) - input.data());
  if (end < kLineEnd || input[end - 1] != '\r') return false;
  const std::string_view text = input.substr(1, end - kLineEnd);
  if (type == ':') {
    const std::optional<std::int64_t> number = integer_in(text);
    if (!number) return false;
    value.number = *number;
  } else if (!fits(type, text)) {
    return false;
  }
  value.type = type;
  value.text = text;
  value.size = static_cast<std::int64_t>(text.size());
  input.remove_prefix(end + 1);
  return true;
}

}  // namespace

// A value of which a part has come, or one with elements.
struct RespReader::Partial {
  // Elements that are still to come, for each level; [0] is the value itself.
  std::array<std::uint32_t, kMaxRespDepth + 1> left;
  int depth = 0;
  int attribute = 0;  // the level of the outermost attribute; 0: in none
  bool keep = false;
  bool many = false;   // the value has elements
  bool begun = false;  // an element's text is in it
  bool cut = false;    // the current line or bulk came in pieces
  bool done = false;
  char bulk_type = 0;
  std::int64_t bulk = -1;  // bytes to come, line end included; -1: a line
  std::int64_t bulk_size = 0;
  std::int64_t total = 0;
  RespValue value;
  std::string piece;    // of what is cut
  std::string text;     // of many
  std::string trouble;  // not empty: broken

  explicit Partial(bool wanted) : keep(wanted) { left[0] = 1; }

  Kind read(std::string_view& input);
  void take_line(std::string_view& input);
  void take_bulk(std::string_view& input);
  void on_line(std::string_view line);
  void on_length(char type, std::string_view digits);
  void open(char type, std::int64_t count);
  void on_text(char type, std::string_view found, std::int64_t size);
  void add_element(char type, std::string_view found, std::int64_t size);
  void close_element();
  bool wanted(char type, std::int64_t size) const;
  bool ends_well(std::string_view found, std::string_view line_end);
};

// Whether the content of a bulk string is needed by anybody.
bool RespReader::Partial::wanted(char type, std::int64_t size) const {
  if (attribute != 0) return false;
  if (keep || (depth == 0 && type == '!')) return true;
  return depth == 1 && !begun &&
         size <= static_cast<std::int64_t>(value.first.bytes.size());
}

void RespReader::Partial::close_element() {
  --left[static_cast<std::size_t>(depth)];
  while (depth > 0 && left[static_cast<std::size_t>(depth)] == 0) {
    if (attribute == depth) attribute = 0;
    --depth;
    --left[static_cast<std::size_t>(depth)];
  }
  done = depth == 0 && left[0] == 0;
}

void RespReader::Partial::add_element(char type, std::string_view found,
                                      std::int64_t size) {
  if (begun) {
    ++value.size;
    if (keep && text.size() < kMaxRespText) text += ' ';
  } else if (depth == 1 &&
             size <= static_cast<std::int64_t>(value.first.bytes.size()) &&
             (type == '$' || type == '+')) {
    std::copy(found.begin(), found.end(), value.first.bytes.begin());
    value.first.size = static_cast<std::uint8_t>(found.size());
  }
  begun = true;
  value.size += size;
  if (keep) text += found.substr(0, kMaxRespText - text.size());
}

// A line or bulk string is complete; of `size` bytes `found` is what is kept.
void RespReader::Partial::on_text(char type, std::string_view found,
                                  std::int64_t size) {
  if (type == '=' && size >= static_cast<std::int64_t>(kKindSize)) {
    size -= static_cast<std::int64_t>(kKindSize);
    found.remove_prefix(std::min(kKindSize, found.size()));
  }
  if (attribute == 0) {
    if (type == ':') value.number = integer_in(found).value_or(0);
    if (many) {
      add_element(type, found, size);
    } else {
      value.type = type;
      value.size = size;
      const bool line = form_of(type) == Form::kLine;
      const std::size_t most = keep || line ? kMaxRespText : kErrorText;
      if (keep || line || value.error()) value.text = found.substr(0, most);
    }
  }
  close_element();
}

void RespReader::Partial::open(char type, std::int64_t count) {
  if (type == '>' && depth > 0) {
    trouble = "a push inside of a reply";
    return;
  }
  const bool outermost = depth == 0 && attribute == 0 && type != '|';
  if (outermost) {
    value.type = type;
    many = true;
  }
  const std::int64_t elements = type == '%' || type == '|' ? 2 * count : count;
  if (elements <= 0) {
    if (type != '|') close_element();
    return;
  }
  if (depth == kMaxRespDepth) {
    trouble = fmt::format("a reply nested deeper than {}", kMaxRespDepth);
    return;
  }
  // An attribute is no element of what it stands in.
  if (type == '|') ++left[static_cast<std::size_t>(depth)];
  ++depth;
  if (type == '|' && attribute == 0) attribute = depth;
  left[static_cast<std::size_t>(depth)] = static_cast<std::uint32_t>(elements);
}

void RespReader::Partial::on_length(char type, std::string_view digits) {
  if (digits == "?") {
    trouble =
        fmt::format("a streamed reply (`{}?`), which is not supported", type);
    return;
  }
  const std::optional<std::int64_t> length = length_in(digits);
  const bool bulk_form = form_of(type) == Form::kBulk;
  const std::int64_t most = bulk_form ? kMaxRespBulk : kMaxRespElements;
  if (!length || (*length == -1 && type != '$' && type != '*')) {
    trouble = fmt::format("`{}` without a length", type);
  } else if (*length > most) {
    trouble = fmt::format("`{}` with a length of {}; at most {}", type, *length,
                          most);
  } else if (bulk_form && total + *length > kMaxRespReply) {
    trouble = fmt::format("a reply of more than {} bytes", kMaxRespReply);
  } else if (*length == -1 && (bulk_form || depth > 0)) {
    on_text('$', {}, 0);  // a null of RESP2, an element like others
  } else if (!bulk_form) {
    open(type, *length);
  } else {
    bulk_size = *length;
    bulk = bulk_size + static_cast<std::int64_t>(kLineEnd);
    bulk_type = type;
    total += bulk;
  }
}

void RespReader::Partial::on_line(std::string_view line) {
  const char type = line[0];
  const std::string_view rest = line.substr(1);
  total += static_cast<std::int64_t>(line.size() + kLineEnd);
  if (total > kMaxRespReply) {
    trouble = fmt::format("a reply of more than {} bytes", kMaxRespReply);
  } else if (form_of(type) != Form::kLine) {
    on_length(type, rest);
  } else if (!fits(type, rest)) {
    trouble = fmt::format("`{}` followed by no such value", type);
  } else {
    on_text(type, rest, static_cast<std::int64_t>(rest.size()));
  }
}

void RespReader::Partial::take_line(std::string_view& input) {
  const bool first = !cut;
  if (first && form_of(input[0]) == Form::kNone) {
    const bool visible = input[0] > 0x20 && input[0] < 0x7f;
    trouble = visible ? fmt::format("`{}` begins no reply", input[0])
                      : fmt::format("a byte of {} begins no reply",
                                    static_cast<unsigned char>(input[0]));
    return;
  }
  const std::size_t found = input.find('\n');
  std::string_view line = input.substr(0, found);
  if (line.size() + piece.size() > kMaxRespLine) {
    trouble = fmt::format("a line of more than {} bytes", kMaxRespLine);
    return;
  }
  if (found == std::string_view::npos) {
    piece += line;
    cut = true;
    input = {};
    return;
  }
  input.remove_prefix(found + 1);
  if (cut) line = piece += line;
  if (!line.ends_with('\r')) {
    trouble = "a line that does not end with CR LF";
    return;
  }
  line.remove_suffix(1);
  cut = false;
  on_line(line);
  // The text of a reply of one line may be in it.
  if (!done) piece.clear();
}

// Whether a bulk string is followed by its line end, `found`.
bool RespReader::Partial::ends_well(std::string_view found,
                                    std::string_view line_end) {
  if (found == line_end) return true;
  trouble = "a bulk string longer than its length";
  return false;
}

void RespReader::Partial::take_bulk(std::string_view& input) {
  const bool needed = wanted(bulk_type, bulk_size);
  const std::size_t missing = static_cast<std::size_t>(bulk);
  if (!cut && input.size() >= missing) {
    const std::string_view found = input.substr(0, missing - kLineEnd);
    const bool well = ends_well(input.substr(found.size(), kLineEnd), "\r\n");
    input.remove_prefix(missing);
    bulk = -1;
    if (well)
      on_text(bulk_type, needed ? found : found.substr(0, 0), bulk_size);
    return;
  }
  cut = true;
  if (missing > kLineEnd) {
    const std::size_t size = std::min(input.size(), missing - kLineEnd);
    const std::size_t most =
        keep || bulk_type != '!' ? kMaxRespText + kKindSize : kErrorText;
    if (needed) piece += input.substr(0, std::min(size, most - piece.size()));
    bulk -= static_cast<std::int64_t>(size);
    input.remove_prefix(size);
    return;
  }
  if (!ends_well(input.substr(0, 1), missing == kLineEnd ? "\r" : "\n")) return;
  input.remove_prefix(1);
  if (--bulk > 0) return;
  bulk = -1;
  cut = false;
  on_text(bulk_type, piece, bulk_size);
  if (!done) piece.clear();
}

Kind RespReader::Partial::read(std::string_view& input) {
  while (trouble.empty() && !done && !input.empty())
    bulk < 0 ? take_line(input) : take_bulk(input);
  if (!trouble.empty()) return Kind::kBroken;
  return done ? Kind::kValue : Kind::kMore;
}

RespReader::RespReader() = default;
RespReader::~RespReader() = default;
RespReader::RespReader(RespReader&&) noexcept = default;
RespReader& RespReader::operator=(RespReader&&) noexcept = default;

RespRead RespReader::next(std::string_view& input, bool keep) {
  if (partial_ != nullptr && partial_->done) partial_.reset();
  RespRead result;
  if (input.empty() && partial_ == nullptr) return result;
  // One object for all ways out: a copy of it would cost more than the rest.
  if (partial_ == nullptr && read_whole(input, keep, result.value))
    result.kind = Kind::kValue;
  else
    read_on(input, keep, result);
  return result;
}

void RespReader::read_on(std::string_view& input, bool keep, RespRead& result) {
  Partial local(keep);
  Partial& partial = partial_ != nullptr ? *partial_ : local;
  result.kind = partial.read(input);
  const bool texts = partial.many && keep;
  // What outlives this call is moved to the heap; an array that came at once
  // and that nobody wants to see has no such thing.
  if (partial_ == nullptr && (result.kind != Kind::kValue || texts))
    partial_ = std::make_unique<Partial>(std::move(local));
  Partial& last = partial_ != nullptr ? *partial_ : local;
  if (result.kind == Kind::kBroken) {
    result.value.text = last.trouble;
  } else if (result.kind == Kind::kValue) {
    result.value = last.value;
    if (last.many) result.value.text = last.text;
  }
}

}  // namespace tidemark::redis
