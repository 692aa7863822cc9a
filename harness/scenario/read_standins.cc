// The `standins` section: servers that tidemark plays for a service that is
// itself a client.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/scenario/sections.h"
#include "harness/scenario/text_rules.h"

namespace tidemark {
namespace {

using std::chrono::minutes;

constexpr std::size_t kMaxStandins = 64;
constexpr std::uint32_t kMaxRepeat = 1'000'000;

class StandInReader {
 public:
  StandInReader(Section& section, StandInSpec& standin,
                const LoadContext& context)
      : section_(section), standin_(standin), context_(context) {}

  void read() {
    if (const Node* node = section_.find("rules")) read_rules(*node);
    if (std::optional<Section> tls = section_.section("tls")) {
      read_certificate(*tls, standin_.certificate_file, standin_.key_file);
      if (tls->find("certFile") == nullptr && tls->find("keyFile") == nullptr)
        tls->require("certFile", "a server needs a certificate");
      tls->finish();
    }
    read_password(section_, standin_.password, context_);
    section_.flag("expectClosed", standin_.expect_closed);
    section_.finish();
  }

 private:
  void read_rules(const Node& node) {
    const std::string name = section_.path("rules");
    if (node.kind != NodeKind::kList) {
      add_mismatch(node, name, "a list of rules", section_.problems(),
                   "write [ { when: /items, reply: \"{}\" } ]");
      return;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i)
      standin_.rules.push_back(read_rule(Section(
          node.items[i], fmt::format("{}[{}]", name, i), section_.problems())));
  }

  StandInRule read_rule(Section rule) {
    StandInRule read;
    rule.text("when", read.when);
    rule.whole("every", read.every, 1, kMaxRepeat);
    rule.duration("delay", read.delay, Duration(0), minutes(10));
    if (const Node* node = find_for(rule, "status", context_,
                                    {Engine::kHttp, Engine::kWebSocket})) {
      const std::optional<std::uint64_t> status =
          read_whole(*node, rule.path("status"), 100, 599, rule.problems());
      if (status) read.status = static_cast<int>(*status);
    }
    if (find_for(rule, "headers", context_,
                 {Engine::kHttp, Engine::kWebSocket}))
      rule.text_map(
          "headers", read.headers,
          [](const std::string& name) -> Status {
            if (is_token(name)) return {};
            return refused(fmt::format("`{}` is not the name of a header",
                                       printable(name)));
          },
          check_header_value);
    read_answer(rule, read);
    rule.whole("repeat", read.repeat, 1, kMaxRepeat);
    CloseBehavior close = CloseBehavior::kGraceful;
    rule.word<CloseBehavior>("close", close,
                             {{"graceful", CloseBehavior::kGraceful},
                              {"fin", CloseBehavior::kFin},
                              {"reset", CloseBehavior::kReset}});
    if (rule.find("close") != nullptr) read.close = close;
    rule.finish();
    return read;
  }

  void read_answer(Section& rule, StandInRule& read) {
    rule.text("reply", read.reply);
    if (find_for(rule, "error", context_, {Engine::kRedis}))
      rule.text("error", read.error, check_not_empty);
    rule.flag("raw", read.raw);
    rule.flag("echo", read.echo);
    rule.size("size", read.size, kMaxMessageSize);
    std::vector<std::string> answers;
    for (const char* key : {"reply", "error", "echo", "size"})
      if (rule.find(key) != nullptr) answers.emplace_back(key);
    if (answers.size() > 1)
      rule.problems().add(rule.node().at,
                          fmt::format("`{}`: wanted one answer, found {}",
                                      rule.name(), any_of(answers, "and")),
                          "keep one of them");
    if (rule.find("raw") != nullptr && rule.find("reply") == nullptr)
      rule.complain(*rule.find("raw"), "raw", "means nothing without `reply`");
  }

  Section& section_;
  StandInSpec& standin_;
  const LoadContext& context_;
};

StandInSpec read_standin(const std::string& name, Section section,
                         const LoadWords& words) {
  StandInSpec standin;
  standin.name = name;
  LoadContext context{words, {}};
  std::vector<std::string> names;
  for (const EngineWords& engine : words)
    if (engine.engine != Engine::kExec) names.push_back(engine.name);
  const Node* node =
      section.require("engine", "say what it speaks: engine: " + any_of(names));
  if (node != nullptr) {
    const std::optional<std::size_t> index =
        read_word(*node, section.path("engine"), names, section.problems());
    for (const EngineWords& engine : words)
      if (index && engine.name == names[*index]) context.engine = &engine;
  }
  if (context.engine != nullptr) standin.engine = context.engine->engine;
  StandInReader(section, standin, context).read();
  return standin;
}

}  // namespace

void read_standins(const Node& node, std::vector<StandInSpec>& standins,
                   const LoadWords& words, Diagnostics& problems) {
  if (node.kind != NodeKind::kMap) {
    add_mismatch(node, "standins", "a map of names to stand-ins", problems,
                 "write { api: { engine: http } }");
    return;
  }
  if (node.keys.size() > kMaxStandins) {
    problems.add(node.at, fmt::format("`standins`: wanted at most {}, found {}",
                                      kMaxStandins, node.keys.size()));
    return;
  }
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const std::optional<std::string> name =
        read_text(node.keys[i], "standins", problems, check_name);
    if (!name) continue;
    standins.push_back(read_standin(
        *name,
        Section(node.items[i], fmt::format("standins.{}", *name), problems),
        words));
  }
}

}  // namespace tidemark
