#include "drivers/redis/request.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "drivers/redis/words.h"

namespace tidemark::redis {
namespace {

tl::unexpected<Error> no_such(std::string_view what, std::string hint) {
  return fail(ErrorKind::kUsage, fmt::format("Redis has no {}", what),
              std::move(hint));
}

Status check_fields(const Step& step) {
  if (!step.method.empty() || !step.path.empty() || !step.headers.empty() ||
      step.chunked)
    return no_such("methods, paths and headers", "say it in `words`");
  if (!step.body.empty())
    return no_such("body of a message", "say it in `words`, or give a `size`");
  if (step.expect.status)
    return no_such("status", "expect `contains`, `equals` or `size`");
  if (step.expect.replies == ReplyRule::kEcho && !step.size)
    return fail(ErrorKind::kUsage, "an echo is expected, but nothing is sent",
                "give a `size`, or expect `equals`");
  for (const Capture& capture : step.captures)
    if (capture.from == CaptureFrom::kHeader)
      return no_such("headers to capture", "capture from the body");
  if (step.kind == StepKind::kReceive && (!step.words.empty() || step.size))
    return fail(ErrorKind::kUsage, "a receiving step sends nothing",
                "send the command in a step of its own");
  if (!step.words.empty() && step.words[0].empty())
    return fail(ErrorKind::kUsage, "the first word of a command is empty");
  if (step.size && step.size->value < 0)
    return fail(ErrorKind::kUsage, "a size is below zero");
  return {};
}

bool needs_text(const Expect& expect) {
  return !expect.contains.empty() || !expect.equals.empty() ||
         expect.replies == ReplyRule::kEcho;
}

}  // namespace

Result<std::unique_ptr<RedisRequest>> RedisRequest::prepare(
    const Step& step, const VariableNames& names) {
  TIDEMARK_TRY(check_fields(step));
  auto request = std::make_unique<RedisRequest>();
  request->keep_body = needs_text(step.expect) || !step.captures.empty();
  if (step.kind == StepKind::kReceive) return request;
  request->generated = step.size;

  std::vector<std::string> texts = step.words;
  if (texts.empty()) texts.emplace_back("PING");
  std::vector<TextTemplate> words;
  for (const std::string& text : texts) {
    Result<TextTemplate> word = TextTemplate::parse(text, names);
    if (!word) return fail(std::move(word).error());
    words.push_back(std::move(*word));
  }
  request->classify(texts);
  // What the others answer has to be known for what comes after.
  const bool ignored = step.expect.replies == ReplyRule::kIgnore &&
                       request->habit == Habit::kOneReply;
  request->wants_reply = !ignored && request->habit != Habit::kSilent &&
                         request->habit != Habit::kSkip;
  request->encode(std::move(words));
  return request;
}

void RedisRequest::classify(const std::vector<std::string>& words) {
  const std::string command = capitals(words[0]);
  std::string_view name = command;
  if (name == "MONITOR") habit = Habit::kMonitor;
  if (name == "RESET") habit = Habit::kReset;
  if (name == "CLIENT" && words.size() == 3 && capitals(words[1]) == "REPLY") {
    const std::string mode = capitals(words[2]);
    if (mode == "OFF") habit = Habit::kSilent;
    if (mode == "SKIP") habit = Habit::kSkip;
    if (mode == "ON") habit = Habit::kSpeak;
  }
  if (!name.ends_with("SUBSCRIBE")) return;
  name.remove_suffix(std::string_view("SUBSCRIBE").size());
  const bool ends = name.ends_with("UN");
  if (ends) name.remove_suffix(2);
  if (name != "" && name != "P" && name != "S") return;
  if (name == "P") channels = Channels::kPattern;
  if (name == "S") channels = Channels::kShard;
  names = static_cast<std::uint32_t>(words.size() - 1 + (generated ? 1 : 0));
  habit = ends ? Habit::kUnsubscribe : Habit::kSubscribe;
  // Redis says that a name is missing, in one reply.
  if (!ends && names == 0) habit = Habit::kOneReply;
}

void RedisRequest::encode(std::vector<TextTemplate> words) {
  std::string known;
  append_number('*', words.size() + (generated ? 1 : 0), known);
  static const std::vector<std::string> kNoValues;
  Random random(1);
  const TemplateContext nothing{.values = kNoValues, .random = random};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].constant()) {
      parts_.emplace_back(std::exchange(known, {}));
      parts_.emplace_back(std::move(words[i]));
      continue;
    }
    std::string text;
    words[i].append(nothing, text);
    append_bulk(text, known);
  }
  parts_.emplace_back(std::move(known));
}

void RedisRequest::append(const Sending& sending, std::string& scratch,
                          std::string& out) const {
  for (const std::variant<std::string, TextTemplate>& part : parts_) {
    if (const std::string* bytes = std::get_if<std::string>(&part)) {
      out += *bytes;
      continue;
    }
    scratch.clear();
    std::get<TextTemplate>(part).append(sending.context, scratch);
    append_bulk(scratch, out);
  }
  if (generated) append_bulk(sending.generated, out);
}

}  // namespace tidemark::redis
