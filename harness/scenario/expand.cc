#include "harness/scenario/expand.h"

#include <fmt/format.h>

#include <utility>

#include "harness/base/spelling.h"
#include "harness/scenario/diagnostics.h"

namespace tidemark {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kPort = "port";

struct Variable {
  std::size_t begin = 0;  // of the braces
  std::size_t end = 0;    // one past the closing braces
  std::string_view name;  // without the blanks around it
  bool closed = false;
};

std::optional<Variable> next_variable(std::string_view text, std::size_t from) {
  Variable variable;
  variable.begin = text.find(kOpen, from);
  if (variable.begin == std::string_view::npos) return std::nullopt;
  const std::size_t inside = variable.begin + kOpen.size();
  const std::size_t close = text.find(kClose, inside);
  variable.closed = close != std::string_view::npos;
  variable.end = variable.closed ? close + kClose.size() : text.size();
  variable.name =
      text.substr(inside, (variable.closed ? close : text.size()) - inside);
  while (variable.name.starts_with(' ')) variable.name.remove_prefix(1);
  while (variable.name.ends_with(' ')) variable.name.remove_suffix(1);
  return variable;
}

// Every text of the scenario in which a variable means something.
template <class ScenarioType, class Visit>
void visit_expanded(ScenarioType& scenario, Visit visit) {
  for (auto& word : scenario.target.command) visit(word);
  for (auto& [name, value] : scenario.target.environment) visit(value);
  visit(scenario.target.ready.tcp);
  visit(scenario.target.ready.output);
  for (auto& flow : scenario.flows) {
    visit(flow.url);
    for (auto& [name, value] : flow.headers) visit(value);
  }
}

bool has_port(std::string_view text) {
  std::size_t at = 0;
  while (const std::optional<Variable> variable = next_variable(text, at)) {
    if (variable->closed && variable->name == kPort) return true;
    at = variable->end;
  }
  return false;
}

}  // namespace

Status check_variables(std::string_view text) {
  std::size_t at = 0;
  while (const std::optional<Variable> variable = next_variable(text, at)) {
    if (!variable->closed) {
      return fail(ErrorKind::kUsage,
                  fmt::format("`{{{{` without `}}}}` in `{}`", printable(text)),
                  "write {{ port }}");
    }
    if (variable->name != kPort) {
      return fail(
          ErrorKind::kUsage,
          fmt::format("unknown variable `{}`", printable(variable->name)),
          nearest_word(variable->name, {std::string(kPort)})
              ? "did you mean {{ port }}?"
              : "the only variable is {{ port }}");
    }
    at = variable->end;
  }
  return {};
}

std::string expand_port(std::string text, int port) {
  std::string result;
  std::size_t at = 0;
  while (const std::optional<Variable> variable = next_variable(text, at)) {
    result.append(text, at, variable->begin - at);
    if (variable->closed && variable->name == kPort)
      result += std::to_string(port);
    else
      result.append(text, variable->begin, variable->end - variable->begin);
    at = variable->end;
  }
  result.append(text, at);
  return result;
}

bool uses_port(const Scenario& scenario) {
  bool found = false;
  visit_expanded(scenario, [&found](const std::string& text) {
    found = found || has_port(text);
  });
  return found;
}

Scenario with_port(Scenario scenario, int port) {
  visit_expanded(scenario, [port](std::string& text) {
    text = expand_port(std::move(text), port);
  });
  return scenario;
}

}  // namespace tidemark
