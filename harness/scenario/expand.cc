#include "harness/scenario/expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/base/spelling.h"
#include "harness/scenario/diagnostics.h"

namespace tidemark {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kLiteralOpen = "{{{{";
constexpr const char* kPort = "port";
constexpr const char* kFiles = "files";

// As part of an IP address it is refused, as more than a port, too.
constexpr const char* kSamplePort = "65535";

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

template <class Steps, class Visit>
void visit_steps(Steps& steps, Visit visit) {
  for (auto& step : steps) {
    visit(step.path);
    for (auto& [name, value] : step.headers) visit(value);
    for (auto& word : step.words) visit(word);
    visit(step.body);
    visit(step.expect.contains);
    visit(step.expect.equals);
    visit_steps(step.steps, visit);
  }
}

// Every text of the scenario in which a variable means something.
template <class ScenarioType, class Visit>
void visit_expanded(ScenarioType& scenario, Visit visit) {
  for (auto& word : scenario.target.command) visit(word);
  for (auto& [name, value] : scenario.target.environment) visit(value);
  for (auto& [name, file] : scenario.target.files) visit(file.text);
  visit(scenario.target.ready.tcp);
  visit(scenario.target.ready.output);
  visit(scenario.target.pprof.url);
  for (auto& flow : scenario.flows) {
    visit(flow.url);
    for (auto& word : flow.command) visit(word);
    for (auto& [name, value] : flow.headers) visit(value);
    for (auto& [name, value] : flow.variables) visit(value);
    visit_steps(flow.flow, visit);
  }
  for (auto& standin : scenario.standins) {
    for (auto& rule : standin.rules) {
      visit(rule.when);
      visit(rule.reply);
      visit(rule.error);
      for (auto& [name, value] : rule.headers) visit(value);
    }
  }
}

bool has_port(std::string_view text) {
  return expand(text, {{kPort, ""}}).size() != text.size();
}

Scenario expanded(Scenario scenario,
                  const std::map<std::string, std::string>& values) {
  visit_expanded(scenario, [&values](std::string& text) {
    if (text.find(kOpen) != std::string::npos) text = expand(text, values);
  });
  return scenario;
}

// "{{ port }}", "{{ api.port }}"
std::string in_braces(const std::string& name) {
  return fmt::format("{{{{ {} }}}}", name);
}

std::string hint_for(std::string_view name,
                     const std::vector<std::string>& known) {
  const std::optional<std::string> nearest = nearest_word(name, known);
  if (nearest) return fmt::format("did you mean {}?", in_braces(*nearest));
  if (known.empty()) return "without a target there is no variable";
  std::vector<std::string> all;
  for (const std::string& word : known) all.push_back(in_braces(word));
  if (all.size() == 1) return fmt::format("the only variable is {}", all[0]);
  return fmt::format("the variables are {}", any_of(all, "and"));
}

}  // namespace

Status check_variables(std::string_view text,
                       const std::vector<std::string>& known) {
  std::size_t at = 0;
  while (const std::optional<Variable> variable = next_variable(text, at)) {
    if (!variable->closed) {
      return fail(ErrorKind::kUsage,
                  fmt::format("`{{{{` without `}}}}` in `{}`", printable(text)),
                  "write {{ port }}");
    }
    if (std::find(known.begin(), known.end(), variable->name) == known.end()) {
      return fail(
          ErrorKind::kUsage,
          fmt::format("unknown variable `{}`", printable(variable->name)),
          hint_for(variable->name, known));
    }
    at = variable->end;
  }
  return {};
}

std::string expand(std::string_view text,
                   const std::map<std::string, std::string>& values) {
  std::string result;
  std::size_t at = 0;
  while (std::optional<Variable> variable = next_variable(text, at)) {
    if (text.substr(variable->begin).starts_with(kLiteralOpen)) {
      variable->end = variable->begin + kLiteralOpen.size();
      variable->closed = false;
    }
    result.append(text, at, variable->begin - at);
    const auto value = variable->closed
                           ? values.find(std::string(variable->name))
                           : values.end();
    if (value != values.end())
      result += value->second;
    else
      result.append(text, variable->begin, variable->end - variable->begin);
    at = variable->end;
  }
  result.append(text, at);
  return result;
}

std::vector<std::string> variable_names(
    bool has_target, bool has_files, const std::vector<std::string>& standins) {
  std::vector<std::string> names;
  if (has_target) names.emplace_back(kPort);
  if (has_files) names.emplace_back(kFiles);
  for (const std::string& name : standins) {
    names.push_back(name + ".port");
    names.push_back(name + ".address");
  }
  return names;
}

std::map<std::string, std::string> sample_values(
    const std::vector<std::string>& known) {
  std::map<std::string, std::string> values;
  for (const std::string& name : known) {
    values[name] = name.ends_with(".address")
                       ? fmt::format("127.0.0.1:{}", kSamplePort)
                       : kSamplePort;
  }
  return values;
}

bool uses_port(const Scenario& scenario) {
  bool found = false;
  visit_expanded(scenario, [&found](const std::string& text) {
    found = found || has_port(text);
  });
  return found;
}

Scenario with_port(Scenario scenario, int port) {
  return expanded(std::move(scenario), {{kPort, std::to_string(port)}});
}

Scenario with_standins(Scenario scenario,
                       const std::map<std::string, int>& ports) {
  std::map<std::string, std::string> values;
  for (const auto& [name, port] : ports) {
    values[name + ".port"] = std::to_string(port);
    values[name + ".address"] = fmt::format("127.0.0.1:{}", port);
  }
  return expanded(std::move(scenario), values);
}

Scenario with_files(Scenario scenario, const std::string& folder) {
  return expanded(std::move(scenario), {{kFiles, folder}});
}

Result<Scenario> with_pid(Scenario scenario, int pid) {
  // It has been started, and will not be stopped.
  const TargetSpec none;
  TargetSpec& target = scenario.target;
  target.pid = pid;
  target.command = none.command;
  target.environment = none.environment;
  target.files = none.files;
  target.directory = none.directory;
  target.ready = none.ready;
  target.stop = none.stop;
  target.allocator = none.allocator;
  target.show_output = none.show_output;
  if (!uses_port(scenario)) return scenario;
  return fail(
      ErrorKind::kUsage,
      fmt::format("{}: {{{{ port }}}} has no value with --pid", scenario.path),
      "write the port at which the service listens");
}

}  // namespace tidemark
