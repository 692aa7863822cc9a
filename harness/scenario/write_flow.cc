#include "harness/scenario/write_flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "harness/scenario/quantities.h"
#include "harness/scenario/utf8.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

// Whether it can stand in a file as text.
bool is_text(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = utf8_length(bytes.substr(i));
    if (length == 0 || bytes[i] == '\0') return false;
    i += length;
  }
  return true;
}

YamlValue hex_value(std::string_view bytes) {
  std::string text;
  for (const char c : bytes)
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return YamlValue::of_word(yaml_quoted(text));
}

const char* reply_word(ReplyRule rule) {
  switch (rule) {
    case ReplyRule::kEcho:
      return "echo";
    case ReplyRule::kAny:
      return "any";
    case ReplyRule::kIgnore:
      break;
  }
  return "ignore";
}

void put_expect(YamlValue& step, const Expect& expect) {
  Expect only_replies;
  only_replies.replies = expect.replies;
  if (expect == only_replies) {
    if (expect.replies)
      step.put("expect", YamlValue::of_word(reply_word(*expect.replies)));
    return;
  }
  YamlValue value;
  if (expect.replies == ReplyRule::kEcho)
    value.put("echo", YamlValue::of_flag(true));
  if (expect.status)
    value.put("statusCode",
              YamlValue::of_number(static_cast<std::uint64_t>(*expect.status)));
  if (!expect.contains.empty())
    value.put("contains", YamlValue::of_text(expect.contains));
  if (is_text(expect.equals)) {
    if (!expect.equals.empty())
      value.put("equals", YamlValue::of_text(expect.equals));
  } else {
    value.put("hex", hex_value(expect.equals));
  }
  if (expect.size) value.put("size", size_value(*expect.size));
  if (expect.within != Duration{})
    value.put("within", duration_value(expect.within));
  step.put("expect", std::move(value));
}

void put_captures(YamlValue& step, const std::vector<Capture>& captures) {
  YamlValue list = YamlValue::list();
  for (const Capture& capture : captures) {
    YamlValue one;
    if (capture.from == CaptureFrom::kBody)
      one.put("body", YamlValue::of_flag(true));
    else
      one.put(capture.from == CaptureFrom::kJson    ? "json"
              : capture.from == CaptureFrom::kRegex ? "regex"
                                                    : "header",
              YamlValue::of_text(capture.pattern));
    one.put("as", YamlValue::of_text(capture.as));
    list.add(std::move(one));
  }
  step.put_some("capture", std::move(list));
}

YamlValue think_value(const ThinkTime& think) {
  using Distribution = ThinkTime::Distribution;
  if (think.distribution == Distribution::kConstant)
    return duration_value(think.mean);
  YamlValue value;
  if (think.distribution == Distribution::kUniform) {
    value.put("min", duration_value(think.min));
    value.put("max", duration_value(think.max));
  } else {
    value.put("mean", duration_value(think.mean));
    value.put("distribution", YamlValue::of_word("exponential"));
  }
  return value;
}

// A command as a shell would have it, for bytes that no text has.
std::string command_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    line += line.empty() ? "\"" : " \"";
    for (const char c : word) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\')
        line += fmt::format("\\{}", c);
      else if (byte < ' ' || byte > '~')
        line += fmt::format("\\x{:02x}", byte);
      else
        line += c;
    }
    line += '"';
  }
  return line;
}

YamlValue command_step(const Step& step) {
  YamlValue value;
  const bool texts = std::all_of(step.words.begin(), step.words.end(), is_text);
  value.put("command", texts ? YamlValue::of_texts(step.words)
                             : YamlValue::of_text(command_line(step.words)));
  if (step.size) value.put("size", size_value(*step.size));
  put_expect(value, step.expect);
  put_captures(value, step.captures);
  return value;
}

YamlValue request_step(const Step& step) {
  YamlValue request;
  if (!step.path.empty()) request.put("url", YamlValue::of_text(step.path));
  YamlValue headers;
  for (const auto& [name, text] : step.headers)
    headers.put(name, YamlValue::of_text(text));
  request.put_some("headers", std::move(headers));
  if (!step.body.empty()) request.put("body", YamlValue::of_text(step.body));
  if (step.size) request.put("size", size_value(*step.size));
  if (step.chunked) request.put("chunked", YamlValue::of_flag(true));
  put_expect(request, step.expect);
  put_captures(request, step.captures);
  std::string verb = step.method;
  for (char& c : verb) c = static_cast<char>(std::tolower(c));
  YamlValue value;
  value.put(verb, std::move(request));
  return value;
}

YamlValue message_step(const Step& step, Engine engine) {
  YamlValue message;
  const bool may_say_binary = engine == Engine::kWebSocket;
  bool binary = true;  // what is read without the key
  if (step.size) {
    message.put("size", size_value(*step.size));
  } else if (is_text(step.body) && (may_say_binary || !step.binary)) {
    binary = step.body.empty() && step.binary;
    if (!binary) message.put("text", YamlValue::of_text(step.body));
  } else if (!step.body.empty()) {
    message.put("hex", hex_value(step.body));
  }
  if (binary != step.binary)
    message.put("binary", YamlValue::of_flag(step.binary));
  put_expect(message, step.expect);
  put_captures(message, step.captures);
  YamlValue value;
  value.put("send", std::move(message));
  return value;
}

YamlValue step_value(const Step& step, Engine engine) {
  YamlValue value;
  switch (step.kind) {
    case StepKind::kThink:
      value.put("think", think_value(step.think));
      return value;
    case StepKind::kLoop:
      value.put("loop", steps_value(step.steps, engine));
      value.put("count", YamlValue::of_number(step.count));
      return value;
    case StepKind::kReceive: {
      YamlValue receive;
      put_expect(receive, step.expect);
      put_captures(receive, step.captures);
      value.put("receive", std::move(receive));
      return value;
    }
    case StepKind::kSend:
      break;
  }
  if (engine == Engine::kHttp) return request_step(step);
  if (engine == Engine::kRedis) return command_step(step);
  return message_step(step, engine);
}

YamlValue close_value(const WeightedClose& close) {
  const WeightedClose plain;
  YamlValue value;
  if (close.behavior == CloseBehavior::kProvocation)
    value.put("provocation", YamlValue::of_text(close.provocation));
  else
    value.put("behavior", YamlValue::of_word(to_word(close.behavior)));
  if (close.weight != plain.weight)
    value.put("weight", YamlValue::of_number(close.weight));
  if (close.code != plain.code)
    value.put("code", YamlValue::of_number(close.code));
  if (!close.reason.empty())
    value.put("reason", YamlValue::of_text(close.reason));
  if (close.hold != plain.hold) value.put("hold", duration_value(close.hold));
  if (close.after_bytes != plain.after_bytes)
    value.put("afterBytes", YamlValue::of_number(close.after_bytes));
  if (close.then_reset != plain.then_reset)
    value.put("then", YamlValue::of_word("fin"));
  if (close.read_rate != plain.read_rate)
    value.put("readRate",
              YamlValue::of_word(format_size(close.read_rate) + "/s"));
  if (close.receive_buffer)
    value.put("rcvbuf", size_value(*close.receive_buffer));
  return value;
}

}  // namespace

YamlValue duration_value(Duration duration) {
  constexpr std::int64_t kMillisecond = 1'000'000;
  if (duration.count() % kMillisecond == 0)
    return YamlValue::of_word(format_duration(duration));
  return YamlValue::of_word(fmt::format("{}.{:06}ms",
                                        duration.count() / kMillisecond,
                                        duration.count() % kMillisecond));
}

YamlValue size_value(Bytes size) {
  return YamlValue::of_word(format_size(size));
}

// As many digits as bring the same number back, and no exponent.
YamlValue rate_value(double per_second) {
  std::string number = fmt::format("{}", per_second);
  if (number.find('e') != std::string::npos)
    number = fmt::format("{:.330f}", per_second);
  return YamlValue::of_word(number + "/s");
}

YamlValue steps_value(const std::vector<Step>& steps, Engine engine) {
  YamlValue list = YamlValue::list();
  for (const Step& step : steps) list.add(step_value(step, engine));
  return list;
}

YamlValue closes_value(const std::vector<WeightedClose>& closes) {
  YamlValue list = YamlValue::list();
  for (const WeightedClose& close : closes) {
    WeightedClose named;
    named.behavior = close.behavior;
    const bool word = close == named;
    list.add(word ? YamlValue::of_word(to_word(close.behavior))
                  : close_value(close));
  }
  if (list.items.size() == 1) return list.items.front();
  return list;
}

}  // namespace tidemark
