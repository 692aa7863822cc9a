#include "drivers/http/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "drivers/common/http_words.h"
#include "drivers/common/random.h"

namespace tidemark::http {
namespace {

constexpr std::string_view kUserAgent = "tidemark/" TIDEMARK_VERSION;
constexpr std::size_t kChunk = 8 << 10;  // of an upload in chunks
constexpr std::size_t kKeepScratch = 1 << 20;

tl::unexpected<Error> cannot(std::string message, std::string hint = {}) {
  return fail(ErrorKind::kUsage, std::move(message), std::move(hint));
}

bool breaks_line(char c) { return c == '\r' || c == '\n' || c == '\0'; }

bool fits_target(char c) {
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
}

void append_chunks(std::string_view body, std::string& out) {
  while (!body.empty()) {
    const std::string_view chunk = body.substr(0, kChunk);
    fmt::format_to(std::back_inserter(out), "{:x}\r\n", chunk.size());
    out.append(chunk).append("\r\n");
    body.remove_prefix(chunk.size());
  }
  out += "0\r\n\r\n";
}

// Ends the head, for a body that comes at once.
void append_body(bool chunked, std::string_view body, std::string& out) {
  if (chunked) {
    out += "Transfer-Encoding: chunked\r\n\r\n";
    append_chunks(body, out);
  } else {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n\r\n",
                   body.size());
    out += body;
  }
}

void clean_target(std::size_t from, std::string& out) {
  const auto begin = out.begin() + static_cast<std::ptrdiff_t>(from);
  if (std::all_of(begin, out.end(), fits_target)) return;
  const std::string found = out.substr(from);
  out.resize(from);
  for (const char c : found) {
    if (fits_target(c))
      out += c;
    else
      fmt::format_to(std::back_inserter(out), "%{:02X}",
                     static_cast<unsigned char>(c));
  }
}

void clean_value(std::size_t from, std::string& out) {
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(),
                  breaks_line, ' ');
}

bool varies(std::string_view text) {
  return text.find("{{") != std::string_view::npos;
}

std::string constant_text(const TextTemplate& text) {
  const std::vector<std::string> none;
  Random random(0);
  std::string result;
  text.append({.values = none, .random = random}, result);
  return result;
}

std::string method_of(const Step& step) {
  if (!step.method.empty()) return step.method;
  return step.body.empty() && !step.size ? "GET" : "POST";
}

// Where an absent body is said to be empty.
bool wants_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

using Headers = std::map<std::string, std::string>;

bool has_header(const Headers& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
    return same_word(header.first, name);
  });
}

}  // namespace

void HttpRequest::append(const Sending& sending, std::string& scratch,
                         std::string& out) const {
  out += begin_;
  for (const Varying& part : varying_) {
    const std::size_t from = out.size();
    part.text.append(sending.context, out);
    if (part.clean == Clean::kTarget)
      clean_target(from, out);
    else
      clean_value(from, out);
    out += part.then;
  }
  if (generated) {
    append_body(chunked_, sending.generated, out);
  } else if (body_) {
    scratch.clear();
    body_->append(sending.context, scratch);
    append_body(chunked_, scratch, out);
    if (scratch.capacity() > kKeepScratch) std::string().swap(scratch);
  }
}

class RequestBuilder {
 public:
  using Clean = HttpRequest::Clean;

  std::unique_ptr<HttpRequest> request = std::make_unique<HttpRequest>();

  void fixed(std::string_view text) { last() += text; }

  Status target(std::string_view text, const VariableNames& names) {
    Result<TextTemplate> parsed = TextTemplate::parse(text, names);
    TIDEMARK_TRY(parsed);
    if (!parsed->constant()) {
      request->varying_.push_back({std::move(*parsed), Clean::kTarget, {}});
      return {};
    }
    const std::string path = constant_text(*parsed);
    if (!std::all_of(path.begin(), path.end(), fits_target))
      return cannot(
          fmt::format("path `{}` has a blank or a control character", text),
          "write a blank as %20");
    fixed(path);
    return {};
  }

  Status header(std::string_view name, std::string_view value,
                const VariableNames& names) {
    Result<TextTemplate> parsed = TextTemplate::parse(value, names);
    TIDEMARK_TRY(parsed);
    fixed(name);
    fixed(": ");
    if (parsed->constant())
      fixed(constant_text(*parsed));
    else
      request->varying_.push_back({std::move(*parsed), Clean::kValue, {}});
    fixed("\r\n");
    return {};
  }

  Status body(std::string_view method, const Step& step,
              const VariableNames& names) {
    request->chunked_ = step.chunked;
    if (step.size) {
      request->generated = step.size;
      return {};
    }
    Result<TextTemplate> parsed = TextTemplate::parse(step.body, names);
    TIDEMARK_TRY(parsed);
    if (!parsed->constant()) {
      request->body_ = std::move(*parsed);
    } else if (!step.body.empty() || step.chunked || wants_body(method)) {
      append_body(step.chunked, constant_text(*parsed), last());
    } else {
      fixed("\r\n");
    }
    return {};
  }

 private:
  std::string& last() {
    return request->varying_.empty() ? request->begin_
                                     : request->varying_.back().then;
  }
};

Status check_headers(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_token(name))
      return cannot(fmt::format("`{}` is no name of a header", name),
                    "a name has letters, digits and - . _");
    if (same_word(name, "Content-Length"))
      return cannot(fmt::format("header `{}` is written by the request", name),
                    "for wrong lengths there are provocations");
    if (same_word(name, "Transfer-Encoding"))
      return cannot(fmt::format("header `{}` is written by the request", name),
                    "use `chunked: true` instead");
    if (std::any_of(value.begin(), value.end(), breaks_line))
      return cannot(
          fmt::format("header `{}` cannot be sent: its value has a line end",
                      name),
          "correct it in the scenario's headers");
  }
  return {};
}

namespace {

Status check_step(const Step& step, std::string_view method) {
  if (!step.words.empty())
    return cannot("an HTTP step has no command words",
                  "use `method`, `path` and `body`");
  if (!is_token(method))
    return cannot(fmt::format("`{}` is no HTTP method", method),
                  "for example GET or POST");
  if (!step.body.empty() && step.size)
    return cannot("a step has either `body` or `size`, found both",
                  "remove one of them");
  const bool free_form = method == "OPTIONS" || method == "CONNECT";
  if (!step.path.empty() && !step.path.starts_with('/') &&
      !varies(step.path.substr(0, 2)) && !free_form &&
      !step.path.starts_with("http://") && !step.path.starts_with("https://"))
    return cannot(fmt::format("path `{}` does not begin with /", step.path),
                  fmt::format("write /{}", step.path));
  return check_headers(step.headers);
}

// The step's replace the load's; Host and User-Agent are there in any case.
Headers all_headers(const RequestDefaults& defaults, const Step& step) {
  Headers headers = step.headers;
  for (const auto& [name, value] : defaults.headers)
    if (!has_header(step.headers, name)) headers.emplace(name, value);
  return headers;
}

void note_needs(const Step& step, HttpRequest& request) {
  const Expect& expect = step.expect;
  request.keep_body = !expect.contains.empty() || !expect.equals.empty() ||
                      expect.replies == ReplyRule::kEcho;
  for (const Capture& capture : step.captures) {
    if (capture.from == CaptureFrom::kHeader)
      request.keep_head = true;
    else
      request.keep_body = true;
  }
  request.any_status = expect.status.has_value();
}

}  // namespace

Result<std::unique_ptr<Request>> prepare_request(
    const RequestDefaults& defaults, const Step& step,
    const VariableNames& names) {
  RequestBuilder builder;
  HttpRequest& request = *builder.request;
  note_needs(step, request);
  if (step.kind == StepKind::kReceive) {
    request.wants_reply = false;
    return {std::move(builder.request)};
  }
  const std::string method = method_of(step);
  TIDEMARK_TRY(check_step(step, method));
  request.head_only = method == "HEAD";
  request.tunnels = method == "CONNECT";

  builder.fixed(method + " ");
  TIDEMARK_TRY(builder.target(
      step.path.empty() ? defaults.url.resource : step.path, names));
  builder.fixed(" HTTP/1.1\r\n");
  const Headers headers = all_headers(defaults, step);
  if (!has_header(headers, "Host"))
    builder.fixed(fmt::format("Host: {}\r\n", defaults.url.authority()));
  if (!has_header(headers, "User-Agent"))
    builder.fixed(fmt::format("User-Agent: {}\r\n", kUserAgent));
  for (const auto& [name, value] : headers)
    TIDEMARK_TRY(builder.header(name, value, names));
  TIDEMARK_TRY(builder.body(method, step, names));
  return {std::move(builder.request)};
}

std::string constant_opening(const RequestDefaults& defaults) {
  const std::string& resource = defaults.url.resource;
  std::string text =
      fmt::format(" {} HTTP/1.1\r\n", varies(resource) ? "/" : resource);
  if (!has_header(defaults.headers, "Host"))
    text += fmt::format("Host: {}\r\n", defaults.url.authority());
  if (!has_header(defaults.headers, "User-Agent"))
    text += fmt::format("User-Agent: {}\r\n", kUserAgent);
  for (const auto& [name, value] : defaults.headers)
    if (!varies(value)) text += fmt::format("{}: {}\r\n", name, value);
  return text;
}

}  // namespace tidemark::http
