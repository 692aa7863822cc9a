#include "drivers/common/capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "drivers/common/http_words.h"
#include "harness/base/short_text.h"

namespace tidemark {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestSearched = 64 << 10;
constexpr std::size_t kLargestJson = 4 << 20;
// Printing a value recurses as deep as it is nested.
constexpr int kDeepestJson = 256;

tl::unexpected<Error> wrong(std::string message, std::string hint) {
  return fail(ErrorKind::kUsage, std::move(message), std::move(hint));
}

tl::unexpected<Error> bad_path(const std::string& path, std::string_view what) {
  return wrong(fmt::format("JSON path `{}`: {}", path, what),
               "for example $.items[0].id");
}

// One `.name`, `[0]` or `['name']` off the front of `rest`.
Result<JsonStep> take_step(std::string_view& rest, const std::string& path) {
  if (rest.front() == '.') {
    const std::size_t end = std::min(rest.find_first_of(".[", 1), rest.size());
    const std::string name(rest.substr(1, end - 1));
    if (name.empty()) return bad_path(path, "a `.` without a name");
    rest.remove_prefix(end);
    return name;
  }
  if (rest.front() != '[') return bad_path(path, "wanted `.` or `[`");
  rest.remove_prefix(1);
  if (rest.starts_with('\'') || rest.starts_with('"')) {
    const std::size_t end = rest.find(rest.front(), 1);
    if (end == std::string_view::npos || !rest.substr(end + 1).starts_with(']'))
      return bad_path(path, "a name in [] is not closed");
    const std::string name(rest.substr(1, end - 1));
    rest.remove_prefix(end + 2);
    return name;
  }
  std::size_t index = 0;
  const char* end = rest.data() + rest.size();
  const std::from_chars_result parsed =
      std::from_chars(rest.data(), end, index);
  if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != ']')
    return bad_path(path, "wanted a number or a quoted name in []");
  rest.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest.data()) + 1);
  return index;
}

Result<std::vector<JsonStep>> parse_path(const std::string& path) {
  if (!path.starts_with('$')) return bad_path(path, "wanted `$` first");
  std::vector<JsonStep> steps;
  std::string_view rest = std::string_view(path).substr(1);
  while (!rest.empty()) {
    Result<JsonStep> step = take_step(rest, path);
    TIDEMARK_TRY(step);
    steps.push_back(std::move(*step));
  }
  return steps;
}

std::optional<std::string> header_of(std::string_view head,
                                     std::string_view name) {
  std::size_t at = head.find('\n');  // the status line has no name
  while (at != std::string_view::npos) {
    head.remove_prefix(at + 1);
    at = head.find('\n');
    const std::string_view line = head.substr(0, at);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos &&
        same_word(line.substr(0, colon), name))
      return std::string(trimmed(line.substr(colon + 1)));
  }
  return std::nullopt;
}

bool too_deep(std::string_view body) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted) {
      if (c == '\\') ++i;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepestJson) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

std::optional<std::string> json_of(std::string_view body,
                                   const std::vector<JsonStep>& path) {
  if (body.size() > kLargestJson || too_deep(body)) return std::nullopt;
  const json document = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return std::nullopt;
  const json* value = &document;
  for (const JsonStep& step : path) {
    if (const std::string* name = std::get_if<std::string>(&step)) {
      if (!value->is_object()) return std::nullopt;
      const json::const_iterator found = value->find(*name);
      if (found == value->end()) return std::nullopt;
      value = &*found;
    } else {
      const std::size_t index = *std::get_if<std::size_t>(&step);
      if (!value->is_array() || index >= value->size()) return std::nullopt;
      value = &(*value)[index];
    }
  }
  if (value->is_null()) return std::nullopt;
  if (const std::string* text = value->get_ptr<const std::string*>())
    return *text;
  // Replacing what is not UTF-8 is what keeps it from throwing.
  return value->dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

Result<CompiledCapture> compile_capture(const Capture& capture) {
  CompiledCapture compiled{capture.as, capture.from, {}, {}, {}};
  const std::string& as = capture.as;
  if (as.empty() || as.front() == '$' ||
      as.find_first_of("{} \t\r\n") != std::string::npos)
    return wrong(fmt::format("a capture cannot be called `{}`", as),
                 "wanted a name without blanks and braces, and no $ first");
  switch (capture.from) {
    case CaptureFrom::kBody:
      break;
    case CaptureFrom::kHeader:
      compiled.header = capture.pattern;
      if (compiled.header.empty() ||
          compiled.header.find_first_of(": \t\r\n") != std::string::npos)
        return wrong(fmt::format("capture `{}`: wanted the name of a header, "
                                 "found `{}`",
                                 as, capture.pattern),
                     "for example Location");
      break;
    case CaptureFrom::kRegex: {
      Result<Pattern> pattern = Pattern::parse(capture.pattern);
      if (!pattern) {
        Error error = std::move(pattern).error();
        error.message = fmt::format("capture `{}`: {}", as, error.message);
        return fail(std::move(error));
      }
      compiled.pattern = std::move(*pattern);
      break;
    }
    case CaptureFrom::kJson: {
      Result<std::vector<JsonStep>> path = parse_path(capture.pattern);
      if (!path) {
        Error error = std::move(path).error();
        error.message = fmt::format("capture `{}`: {}", as, error.message);
        return fail(std::move(error));
      }
      compiled.path = std::move(*path);
      break;
    }
  }
  return compiled;
}

std::optional<std::string> capture(const CompiledCapture& compiled,
                                   const Reply& reply) {
  switch (compiled.from) {
    case CaptureFrom::kBody:
      return std::string(reply.body);
    case CaptureFrom::kHeader:
      return header_of(reply.head, compiled.header);
    case CaptureFrom::kRegex: {
      const std::optional<std::string_view> found =
          compiled.pattern->find(reply.body.substr(0, kLongestSearched));
      if (!found) return std::nullopt;
      return std::string(*found);
    }
    case CaptureFrom::kJson:
      return json_of(reply.body, compiled.path);
  }
  return std::nullopt;
}

}  // namespace tidemark
