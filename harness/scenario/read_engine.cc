// Whom a flow loads, and in which protocol: its keys engine, url and command.
#include <fmt/format.h>

#include <optional>

#include "harness/scenario/address.h"
#include "harness/scenario/expand.h"
#include "harness/scenario/sections.h"
#include "harness/scenario/text_rules.h"

namespace tidemark {
namespace {

const EngineWords* find_engine(const LoadWords& words, Engine engine) {
  for (const EngineWords& known : words)
    if (known.engine == engine) return &known;
  return nullptr;
}

const EngineWords* read_named_engine(Section& section,
                                     const LoadContext& context) {
  const Node* node = section.find("engine");
  if (node == nullptr) return nullptr;
  std::vector<std::string> names;
  for (const EngineWords& engine : context.words) names.push_back(engine.name);
  const std::optional<std::size_t> index =
      read_word(*node, section.path("engine"), names, section.problems());
  return index ? &context.words[*index] : nullptr;
}

// The form that is documented; drivers know no other. REQUIRES: it is right.
std::string written_out(std::string url, const LoadAddress& address) {
  constexpr std::string_view written = "+unix:///";
  const std::size_t at = url.find(written);
  if (at != std::string::npos && !address.socket_path.empty())
    url.replace(at, written.size(), "+unix:/");
  const bool has_path =
      address.engine == Engine::kWebSocket || address.engine == Engine::kHttp;
  if (!has_path || !address.resource.empty()) return url;
  const bool colon = !address.socket_path.empty() && !url.ends_with(':');
  return url + (colon ? ":/" : "/");
}

std::optional<LoadAddress> read_url(Section& section, std::string& url,
                                    const LoadContext& context) {
  std::optional<LoadAddress> address;
  const Node* node = section.find("url");
  // A user name, and so perhaps a password: refused below, and not shown.
  if (node != nullptr && node->text.find('@') != std::string::npos)
    section.problems().hide(node->at);
  section.text("url", url, [&](const std::string& text) -> Status {
    TIDEMARK_TRY(check_variables(text, context.variables));
    Result<LoadAddress> parsed =
        parse_load_address(expand(text, sample_values(context.variables)),
                           context.words, context.hosts);
    TIDEMARK_TRY(parsed);
    address = std::move(*parsed);
    return {};
  });
  if (address) url = written_out(std::move(url), *address);
  return address;
}

std::vector<std::string> schemes_of(const EngineWords& engine) {
  std::vector<std::string> schemes = engine.plain_schemes;
  schemes.insert(schemes.end(), engine.secure_schemes.begin(),
                 engine.secure_schemes.end());
  return schemes;
}

void check_command(Section& section, const LoadContext& context) {
  const Node* node = find_for(section, "command", context, {Engine::kExec});
  if (node == nullptr || node->kind != NodeKind::kList) return;
  const bool empty =
      node->items.empty() ||
      (node->items[0].kind == NodeKind::kScalar && node->items[0].text.empty());
  if (empty)
    section.complain(*node, "command", "wanted a program to start, found none");
}

void read_exec(Section& section, LoadSpec& load, const LoadContext& context) {
  section.require("command",
                  "say what to start: command: [wrk, -d, 5s, "
                  "\"http://127.0.0.1:{{ port }}/\"]");
  VariableList variables = context.variables;
  variables.emplace_back("connections");
  section.texts("command", load.command, [&variables](const std::string& word) {
    return check_variables(word, variables);
  });
}

}  // namespace

void read_engine(Section& section, LoadSpec& load, LoadContext& context) {
  context.engine = read_named_engine(section, context);
  const bool engine_open =
      context.engine == nullptr && section.find("engine") == nullptr;
  const bool has_command = section.find("command") != nullptr;
  if (engine_open && has_command && section.find("url") == nullptr)
    context.engine = find_engine(context.words, Engine::kExec);
  const bool exec = context.is(Engine::kExec);
  if (!exec)
    section.require("url",
                    "say whom to call: url: \"ws://127.0.0.1:{{ port }}/\"");
  const std::optional<LoadAddress> address =
      read_url(section, load.url, context);
  if (address && engine_open && !exec)
    context.engine = find_engine(context.words, address->engine);
  if (context.engine != nullptr) load.engine = context.engine->engine;
  if (address && context.engine != nullptr && !exec &&
      address->engine != load.engine) {
    section.complain(*section.find("url"), "url",
                     fmt::format("wanted the scheme {} of {}, found {}",
                                 any_of(schemes_of(*context.engine)),
                                 context.engine->name, address->scheme),
                     "engine and url must agree; the url alone is enough");
  } else if (address && context.engine != nullptr) {
    context.address_known = true;
    context.secure = address->secure;
    context.unix_socket = !address->socket_path.empty();
  }
  check_command(section, context);
  if (exec) read_exec(section, load, context);
}

}  // namespace tidemark
