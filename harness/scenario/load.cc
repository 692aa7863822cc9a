#include "harness/scenario/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "harness/scenario/characters.h"
#include "harness/scenario/diagnostics.h"
#include "harness/scenario/document.h"
#include "harness/scenario/expand.h"
#include "harness/scenario/matrix.h"
#include "harness/scenario/paths.h"
#include "harness/scenario/sections.h"
#include "harness/scenario/text_rules.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kFormatVersion = 1;
constexpr std::size_t kMaxFlows = 64;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// A later version may mean something else by the same words: no further
// complaint about a file we cannot read.
bool read_version(Section& file) {
  const Node* node = file.require(
      "version", fmt::format("start with version: {}", kFormatVersion));
  if (node == nullptr) return true;
  if (node->kind == NodeKind::kScalar && !node->quoted &&
      node->text == std::to_string(kFormatVersion))
    return true;
  add_mismatch(*node, "version", std::to_string(kFormatVersion),
               file.problems(), "this tidemark reads version 1 only");
  return node->kind != NodeKind::kScalar;
}

// The keys of a map that is looked at before it is its turn.
std::vector<std::string> names_in(const Node* node) {
  std::vector<std::string> names;
  if (node == nullptr || node->kind != NodeKind::kMap) return names;
  for (const Node& key : node->keys)
    if (check_name(key.text)) names.push_back(key.text);
  return names;
}

bool has_key(const Node* node, std::string_view name) {
  return node != nullptr && node->kind == NodeKind::kMap &&
         std::any_of(node->keys.begin(), node->keys.end(),
                     [name](const Node& key) { return key.text == name; });
}

// A port belongs to a service that tidemark starts.
void check_port(const Node* target, const Scenario& scenario,
                Diagnostics& problems) {
  if (target == nullptr || !problems.empty()) return;
  if (!scenario.target.command.empty() || !uses_port(scenario)) return;
  problems.add(target->at,
               scenario.target.pid != 0
                   ? "{{ port }} has no value beside `target.pid`"
                   : "`target.command` is missing",
               scenario.target.pid != 0
                   ? "write the port at which the service listens"
                   : "{{ port }} is the port of the service that it starts");
}

void read_flows(const Node& node, std::vector<LoadSpec>& flows,
                const LoadContext& context, Diagnostics& problems) {
  if (node.kind != NodeKind::kMap) {
    add_mismatch(node, "flows", "a map of names to flows", problems,
                 "write { chat: { url: … }, api: { url: … } }");
    return;
  }
  if (node.keys.empty() || node.keys.size() > kMaxFlows) {
    problems.add(node.at, fmt::format("`flows`: wanted 1 to {}, found {}",
                                      kMaxFlows, node.keys.size()));
    return;
  }
  flows.clear();
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    LoadSpec flow;
    const std::optional<std::string> name =
        read_text(node.keys[i], "flows", problems, check_name);
    if (name) flow.name = *name;
    read_load(Section(node.items[i],
                      fmt::format("flows.{}", printable(node.keys[i].text)),
                      problems),
              flow, context);
    flows.push_back(std::move(flow));
  }
}

void read_loads(Section& file, std::vector<LoadSpec>& flows,
                const LoadContext& context) {
  const Node* load = file.find("load");
  const Node* several = file.find("flows");
  if (load != nullptr && several != nullptr)
    file.complain(*several, "flows", "wanted load or flows, found both",
                  "load is for one flow, flows for several");
  if (load == nullptr && several == nullptr)
    file.require("load", "say how to load it: load: { url: … }");
  if (load != nullptr)
    read_load(Section(*load, "load", file.problems()), flows[0], context);
  else if (several != nullptr)
    read_flows(*several, flows, context, file.problems());
}

Scenario read_scenario(const Node& root, const LoadWords& words,
                       const LoadRules& rules, Diagnostics& problems) {
  Scenario scenario;
  Section file(root, "", problems);
  if (!read_version(file)) return scenario;
  file.text("name", scenario.name);
  file.text("description", scenario.description);
  file.find("matrix");  // has been filled in
  const Node* target = file.find("target");
  const Node* standins = file.find("standins");
  const VariableList variables = variable_names(
      target != nullptr, has_key(target, "files"), names_in(standins));
  if (target != nullptr)
    read_target(Section(*target, "target", problems), scenario.target,
                variables);
  if (standins != nullptr)
    read_standins(*standins, scenario.standins, words, problems);
  LoadContext context{words, variables};
  if (rules.other_machines) context.hosts = Hosts::kAny;
  read_loads(file, scenario.flows, context);
  if (const Node* node = file.find("thresholds"))
    read_thresholds(*node, scenario.thresholds, problems);
  const Node* cycles = file.find("cycles");
  if (cycles != nullptr) read_cycles(*cycles, scenario.cycles, problems);
  if (problems.empty()) settle_factors(scenario, cycles, problems);
  if (std::optional<Section> expect = file.section("expect"))
    read_expect(std::move(*expect), scenario.expect);
  file.text("suppressions", scenario.suppressions, check_not_empty);
  file.finish();
  check_port(target, scenario, problems);
  return scenario;
}

// Files named in a scenario lie beside it.
void find_files(Scenario& scenario) {
  const auto find = [&scenario](std::string& path) {
    path = beside(scenario.path, path);
  };
  for (LoadSpec& flow : scenario.flows) {
    for (FeederSpec& feeder : flow.feeders) find(feeder.path);
    find(flow.tls.ca_file);
    find(flow.tls.certificate_file);
    find(flow.tls.key_file);
  }
  find(scenario.suppressions);
  for (auto& [name, file] : scenario.target.files) find(file.path);
  PprofAccess& pprof = scenario.target.pprof;
  for (std::string* path :
       {&pprof.ca_file, &pprof.certificate_file, &pprof.key_file})
    find(*path);
  for (StandInSpec& standin : scenario.standins) {
    find(standin.certificate_file);
    find(standin.key_file);
  }
}

// "scenarios/churn.yaml" → "churn"
std::string name_from(const std::string& path) {
  const std::string file = path.substr(path.rfind('/') + 1);
  const std::size_t dot = file.rfind('.');
  return dot == std::string::npos || dot == 0 ? file : file.substr(0, dot);
}

tl::unexpected<Error> unreadable(const std::string& path,
                                 const std::string& why,
                                 const std::string& hint = {}) {
  return fail(ErrorKind::kUsage,
              fmt::format("cannot read the scenario `{}`: {}",
                          printable(path, path.size()), why),
              hint);
}

// The tree of `text`; none, and problems, if there is nothing to go on with.
Result<std::optional<Node>> document_of(const std::string& path,
                                        std::string_view& text,
                                        Diagnostics& problems) {
  if (const auto why = too_large(text)) return unreadable(path, *why);
  text = without_byte_order_mark(text);
  std::optional<Node> root;
  if (check_characters(text, problems)) root = parse_document(text, problems);
  return root;
}

// Of a file with a matrix: `root` as it is in the cell that is meant, which is
// given back; else nothing is changed, and the cell has no levels.
Result<CellLevels> choose_cell(const std::string& path, Node& root,
                               const std::optional<CellLevels>& meant,
                               Diagnostics& problems) {
  const std::optional<SweepSpec> spec = read_matrix(root, problems);
  if (!spec) {
    if (meant && !meant->empty() && problems.empty())
      return fail(
          ErrorKind::kUsage,
          fmt::format("{}: it has no `matrix`, so that there is nothing "
                      "to set",
                      printable(path, path.size())));
    return CellLevels{};
  }
  if (!problems.empty()) return CellLevels{};
  if (!meant)
    return fail(
        ErrorKind::kUsage,
        fmt::format("{}: it has a `matrix`, which is for `tidemark sweep`",
                    printable(path, path.size())),
        fmt::format("one of its cells alone: --set {}={}",
                    spec->factors[0].name, spec->factors[0].levels[0]));
  Result<CellLevels> cell = whole_cell(*spec, *meant);
  TIDEMARK_TRY(cell);
  root = in_cell(std::move(root), *cell);
  return cell;
}

}  // namespace

Result<Scenario> load_scenario(const std::string& path, std::string_view text,
                               const LoadWords& words, const LoadRules& rules) {
  Diagnostics problems;
  Result<std::optional<Node>> root = document_of(path, text, problems);
  TIDEMARK_TRY(root);
  CellLevels cell;
  if (*root) {
    Result<CellLevels> chosen = choose_cell(path, **root, rules.cell, problems);
    TIDEMARK_TRY(chosen);
    cell = *std::move(chosen);
  }
  Scenario scenario;
  if (*root) scenario = read_scenario(**root, words, rules, problems);
  if (!problems.empty())
    return fail(ErrorKind::kUsage, problems.render(path, text));
  scenario.path = path;
  scenario.cell = std::move(cell);
  if (scenario.name.empty()) scenario.name = name_from(path);
  find_files(scenario);
  return scenario;
}

Result<std::optional<SweepSpec>> load_sweep(const std::string& path,
                                            std::string_view text,
                                            const LoadWords& words,
                                            const LoadRules& rules) {
  Diagnostics problems;
  const Result<std::optional<Node>> root = document_of(path, text, problems);
  TIDEMARK_TRY(root);
  std::optional<SweepSpec> spec;
  if (*root) spec = read_matrix(**root, problems);
  if (spec) check_factors_used(**root, *spec, problems);
  if (!problems.empty())
    return fail(ErrorKind::kUsage, problems.render(path, text));
  if (!spec) return spec;
  for (const CellLevels& cell : sweep_cells(*spec)) {
    Diagnostics of_cell;
    read_scenario(in_cell(**root, cell), words, rules, of_cell);
    if (!of_cell.empty())
      return fail(ErrorKind::kUsage,
                  fmt::format("{}in the cell {}", of_cell.render(path, text),
                              in_words(cell)));
  }
  return spec;
}

Result<std::string> read_scenario_text(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(
      std::fopen(path.c_str(), "re"));
  if (!file) return unreadable(path, std::strerror(errno), "check the path");
  // One byte more than allowed, so that load_scenario() sees the excess.
  std::string text(kMaxScenarioBytes + 1, '\0');
  errno = 0;
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0)
    return unreadable(path, std::strerror(errno));
  return text;
}

Result<Scenario> load_scenario_file(const std::string& path,
                                    const LoadWords& words) {
  const Result<std::string> text = read_scenario_text(path);
  TIDEMARK_TRY(text);
  return load_scenario(path, *text, words);
}

Status require_service(const Scenario& scenario) {
  if (!scenario.target.command.empty() || scenario.target.pid != 0) return {};
  return fail(
      ErrorKind::kUsage,
      fmt::format("{}: `target.command` is missing",
                  printable(scenario.path, scenario.path.size())),
      "say what to start: target: { command: [./server, --port, \"{{ port "
      "}}\"] }, or attach to a service that runs: --pid PID");
}

std::set<std::string> known_keys(std::string_view text,
                                 const LoadWords& words) {
  std::set<std::string> keys;
  Diagnostics problems;
  problems.note_keys_in(keys);
  if (const std::optional<Node> root = parse_document(text, problems)) {
    read_matrix(*root, problems);
    read_scenario(*root, words, {}, problems);
  }
  return keys;
}

}  // namespace tidemark
