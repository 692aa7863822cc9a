// What connections say: `send`, the short form, and `flow`, a list of steps.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/scenario/sections.h"
#include "harness/scenario/text_rules.h"

namespace tidemark {
namespace {

using std::chrono::hours;

constexpr std::uint32_t kMaxLoops = 1'000'000'000;

struct Verb {
  std::string_view key;
  const char* method;  // HTTP
};

constexpr Verb kHttpVerbs[] = {{"get", "GET"},        {"post", "POST"},
                               {"put", "PUT"},        {"delete", "DELETE"},
                               {"head", "HEAD"},      {"patch", "PATCH"},
                               {"options", "OPTIONS"}};

bool has_verb(Engine engine, std::string_view verb) {
  const bool messages = engine == Engine::kWebSocket || engine == Engine::kTcp;
  if (verb == "send") return messages;
  if (verb == "receive") return messages || engine == Engine::kRedis;
  if (verb == "command") return engine == Engine::kRedis;
  if (verb == "think" || verb == "loop") return engine != Engine::kExec;
  return engine == Engine::kHttp;
}

std::vector<std::string> all_verbs() {
  std::vector<std::string> verbs;
  for (const Verb& verb : kHttpVerbs) verbs.emplace_back(verb.key);
  for (const char* verb : {"send", "command", "receive", "think", "loop"})
    verbs.emplace_back(verb);
  return verbs;
}

std::vector<std::string> verbs_of(const LoadContext& context) {
  std::vector<std::string> verbs = all_verbs();
  std::erase_if(verbs, [&context](const std::string& verb) {
    return context.engine != nullptr && !has_verb(context.engine->engine, verb);
  });
  return verbs;
}

// A path is what the first line of a request has between two blanks: a blank
// or a line end of the scenario's would make another request of it.
Status check_path(const std::string& text) {
  if (text.empty() || text.starts_with("{{")) return {};
  if (!text.starts_with('/'))
    return refused(fmt::format("wanted a path, found `{}`", printable(text)),
                   "write it like /items; the host is the url's");
  bool braces = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view two = std::string_view(text).substr(i, 2);
    braces = two == "{{" || (braces && two != "}}");
    if (!braces && (text[i] <= ' ' || text[i] > '~'))
      return refused(
          fmt::format("wanted a path, found `{}`, which has a character no "
                      "path may have",
                      printable(text)),
          "write it as %20, %C3%BC and so on");
  }
  return {};
}

// Bytes given as text, in hex, or by how many to generate: at most one.
void read_message(Section& section, std::string& body,
                  std::optional<Bytes>& size) {
  section.text("text", body);
  if (const Node* hex = section.find("hex")) {
    section.text("hex", body, [](const std::string& text) -> Status {
      TIDEMARK_TRY(parse_hex(text));
      return {};
    });
    if (const Result<std::string> bytes = parse_hex(hex->text)) body = *bytes;
  }
  section.size("size", size, kMaxMessageSize);
  int given = 0;
  for (const char* key : {"text", "hex", "size"})
    given += section.find(key) != nullptr;
  if (given > 1)
    section.problems().add(
        section.node().at,
        fmt::format("`{}`: wanted text, hex or size, found {} of them",
                    section.name(), given),
        "keep one of them");
}

void read_binary(Section& section, bool& binary, const LoadContext& context) {
  if (section.find("text") != nullptr) binary = false;
  if (find_for(section, "binary", context, {Engine::kWebSocket}))
    section.flag("binary", binary);
}

class FlowReader {
 public:
  FlowReader(Diagnostics& problems, const LoadContext& context)
      : problems_(problems), context_(context), verbs_(all_verbs()) {}

  std::vector<Step> read_list(const Node& node, const std::string& name) {
    std::vector<Step> steps;
    if (node.kind != NodeKind::kList) {
      add_mismatch(node, name, "a list of steps", problems_);
      return steps;
    }
    if (node.items.empty())
      problems_.add(
          node.at,
          fmt::format("`{}`: wanted at least one step, found none", name));
    for (std::size_t i = 0; i < node.items.size(); ++i)
      steps.push_back(read_step(node.items[i], fmt::format("{}[{}]", name, i)));
    return steps;
  }

 private:
  Step read_step(const Node& node, const std::string& name) {
    Step step;
    Section section(node, name, problems_);
    const std::string verb = find_verb(section, name);
    if (verb.empty()) {
      skip_siblings(section, {"count", "expect", "capture", "size"});
    } else if (verb == "loop") {
      read_loop(section, step);
      skip_siblings(section, {"count"});
    } else if (verb == "command") {
      read_command(section, step);
      skip_siblings(section, {"expect", "capture", "size"});
    } else if (verb == "think") {
      step.kind = StepKind::kThink;
      read_think(*section.find("think"), section.path("think"), step.think);
    } else if (verb == "send") {
      read_send_step(section, step);
    } else if (verb == "receive") {
      step.kind = StepKind::kReceive;
      std::optional<Section> receive = section.section("receive");
      read_step_expect(*receive, step.expect, context_);
      read_captures(*receive, step.captures, context_);
      receive->finish();
    } else {
      read_request(section, verb, step);
    }
    complain_of_siblings(section, verb);
    section.finish();
    return step;
  }

  // The key that says what a step does; empty, and a problem, if it is not
  // clear.
  std::string find_verb(Section& section, const std::string& name) {
    std::vector<std::string> found;
    for (const std::string& verb : verbs_)
      if (section.find(verb) != nullptr) found.push_back(verb);
    if (section.node().kind != NodeKind::kMap) return {};
    if (found.size() == 1) {
      if (context_.engine == nullptr ||
          has_verb(context_.engine->engine, found[0]))
        return found[0];
      problems_.add(section.node().at,
                    fmt::format("`{}`: {} has no step `{}`", name,
                                context_.engine->name, found[0]),
                    "its steps are " + any_of(verbs_of(context_), "and"));
      return {};
    }
    // An unknown key will be complained of with a suggestion.
    if (found.empty() && !section.node().keys.empty()) return {};
    problems_.add(
        section.node().at,
        found.empty() ? fmt::format("`{}`: wanted a step, found none", name)
                      : fmt::format("`{}`: wanted one step, found {}", name,
                                    any_of(found, "and")),
        found.empty() ? "the steps are " + any_of(verbs_of(context_), "and")
                      : "each step starts with a dash of its own");
    return {};
  }

  // These keys belong to the step, or it is not known whether they do.
  void skip_siblings(Section& section,
                     std::initializer_list<const char*> keys) {
    for (const char* key : keys) section.find(key);
  }

  void complain_of_siblings(Section& section, const std::string& verb) {
    if (verb.empty()) return;
    for (const char* key : {"count", "expect", "capture", "size"}) {
      const bool known = verb == "loop" ? std::string_view(key) == "count"
                                        : verb == "command" &&
                                              std::string_view(key) != "count";
      const Node* node = section.find(key);
      if (known || node == nullptr) continue;
      section.complain(*node, key,
                       fmt::format("means nothing beside `{}`", verb),
                       verb == "think" || std::string_view(key) == "count"
                           ? ""
                           : fmt::format("write it inside `{}`", verb));
    }
  }

  void read_loop(Section& section, Step& step) {
    step.kind = StepKind::kLoop;
    step.steps = read_list(*section.find("loop"), section.path("loop"));
    section.require("count", "say how often: count: 5");
    section.whole("count", step.count, 1, kMaxLoops);
  }

  void read_command(Section& section, Step& step) {
    const Node* node = section.find("command");
    bool read = true;
    if (node->kind == NodeKind::kList) {
      section.texts("command", step.words);
      read = step.words.size() == node->items.size();
    } else {
      const std::optional<std::string> line =
          read_text(*node, section.path("command"), problems_);
      Result<std::vector<std::string>> words = split_words(line.value_or(""));
      read = line && words;
      if (words)
        step.words = std::move(*words);
      else
        add_error(*node, section.path("command"), words.error(), problems_);
    }
    if (read && (step.words.empty() || step.words[0].empty()))
      section.complain(*node, "command", "wanted a command, found none");
    section.size("size", step.size, kMaxMessageSize);
    read_step_expect(section, step.expect, context_);
    read_captures(section, step.captures, context_);
  }

  void read_send_step(Section& section, Step& step) {
    const Node* node = section.find("send");
    if (node->kind == NodeKind::kScalar) {
      section.text("send", step.body);
      step.binary = false;
      return;
    }
    Section send(*node, section.path("send"), problems_);
    read_message(send, step.body, step.size);
    read_binary(send, step.binary, context_);
    read_step_expect(send, step.expect, context_);
    read_captures(send, step.captures, context_);
    send.finish();
  }

  void read_request(Section& section, const std::string& verb, Step& step) {
    for (const Verb& known : kHttpVerbs)
      if (known.key == verb) step.method = known.method;
    const Node* node = section.find(verb);
    if (node->kind == NodeKind::kScalar) {
      section.text(verb, step.path, check_path);
      return;
    }
    Section request(*node, section.path(verb), problems_);
    request.text("url", step.path, check_path);
    request.text_map(
        "headers", step.headers,
        [](const std::string& name) {
          return check_header_name(name, Engine::kHttp);
        },
        check_header_value);
    request.text("body", step.body);
    request.size("size", step.size, kMaxMessageSize);
    request.flag("chunked", step.chunked);
    if (request.find("body") != nullptr && request.find("size") != nullptr)
      request.complain(*request.find("size"), "size",
                       "means nothing beside `body`", "keep one of them");
    read_step_expect(request, step.expect, context_);
    read_captures(request, step.captures, context_);
    request.finish();
  }

  // `500ms`, { mean, distribution } or { min, max }.
  void read_think(const Node& node, const std::string& name, ThinkTime& think) {
    if (node.kind == NodeKind::kScalar) {
      const std::optional<Duration> value =
          read_duration(node, name, Duration(0), hours(1), problems_);
      if (value) think.mean = *value;
      return;
    }
    using Distribution = ThinkTime::Distribution;
    Section section(node, name, problems_);
    const bool range =
        section.find("min") != nullptr || section.find("max") != nullptr;
    if (range) think.distribution = Distribution::kUniform;
    section.duration("mean", think.mean, Duration(0), hours(1));
    section.duration("min", think.min, Duration(0), hours(1));
    section.duration("max", think.max, Duration(0), hours(1));
    section.word<Distribution>("distribution", think.distribution,
                               {{"constant", Distribution::kConstant},
                                {"uniform", Distribution::kUniform},
                                {"exponential", Distribution::kExponential}});
    const bool uniform = think.distribution == Distribution::kUniform;
    for (const char* key : {"mean", "min", "max"}) {
      const bool needed = (std::string_view(key) == "mean") != uniform;
      const Node* field = section.find(key);
      if (needed && field == nullptr)
        section.require(key,
                        "write 500ms, { mean: 500ms, distribution: "
                        "exponential } or { min: 1s, max: 2s }");
      if (!needed && field != nullptr)
        section.complain(*field, key,
                         fmt::format("means nothing for {}",
                                     uniform ? "a uniform distribution"
                                             : "this distribution"));
    }
    const bool both =
        section.find("min") != nullptr && section.find("max") != nullptr;
    if (uniform && both && think.min > think.max)
      problems_.add(node.at, fmt::format("`{}`: wanted min up to max", name));
    section.finish();
  }

  Diagnostics& problems_;
  const LoadContext& context_;
  std::vector<std::string> verbs_;
};

}  // namespace

void read_send(Section& parent, LoadSpec& load, const LoadContext& context) {
  std::optional<Section> section = parent.section("send");
  Traffic& traffic = load.traffic;
  section->whole("count", traffic.messages, 0, kMaxMessages);
  std::string body;
  std::optional<Bytes> size;
  read_message(*section, body, size);
  if (size) traffic.size = *size;
  read_binary(*section, traffic.binary, context);
  section->word<ReplyRule>("expect", traffic.replies,
                           {{"echo", ReplyRule::kEcho},
                            {"any", ReplyRule::kAny},
                            {"ignore", ReplyRule::kIgnore}});
  bool written = false;
  for (const char* key : {"text", "hex"})
    written |= find_for(*section, key, context,
                        {Engine::kWebSocket, Engine::kTcp}) != nullptr;
  section->finish();
  if (!written || traffic.messages == 0) return;
  Step message;
  message.body = std::move(body);
  message.binary = traffic.binary;
  message.expect.replies = traffic.replies;
  Step loop;
  loop.kind = StepKind::kLoop;
  loop.count = traffic.messages;
  loop.steps.push_back(std::move(message));
  load.flow.push_back(std::move(loop));
}

void read_flow(Section& section, LoadSpec& load, const LoadContext& context) {
  const Node* node = section.find("flow");
  if (section.find("send") != nullptr)
    section.complain(*node, "flow", "wanted send or flow, found both",
                     "send is the short form of a flow");
  load.flow = FlowReader(section.problems(), context)
                  .read_list(*node, section.path("flow"));
}

}  // namespace tidemark
