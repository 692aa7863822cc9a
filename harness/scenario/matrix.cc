#include "harness/scenario/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/scenario/characters.h"
#include "harness/scenario/expand.h"
#include "harness/scenario/fields.h"
#include "harness/scenario/quantities.h"
#include "harness/scenario/text_rules.h"

namespace tidemark {
namespace {

constexpr std::size_t kMostFactors = 8;
constexpr std::size_t kMostLevels = 100;
constexpr std::uint32_t kMostRepeats = 50;
constexpr std::uint32_t kMostConnections = 100'000'000;

// What a matrix says beside its factors.
constexpr std::string_view kSettings[] = {
    "exclude",  "repeat",  "order",         "seed",
    "baseline", "maxLoss", "forConnections"};

bool is_setting(std::string_view key) {
  return std::find(std::begin(kSettings), std::end(kSettings), key) !=
         std::end(kSettings);
}

// Sizes in bytes and plain numbers; none unless each of them is one.
std::vector<double> as_numbers(const std::vector<std::string>& levels) {
  std::vector<double> values;
  for (const std::string& level : levels) {
    const Result<Bytes> size = parse_size(level);
    if (!size) return {};
    values.push_back(static_cast<double>(size->value));
  }
  return values;
}

void read_factor(const Node& key, const Node& value, SweepSpec& spec,
                 Diagnostics& problems) {
  const std::string name = "matrix." + key.text;
  SweepFactor factor;
  factor.name = key.text;
  if (const Status good = check_variable_name(key.text); !good)
    add_error(key, "matrix", good.error(), problems);
  if (value.kind != NodeKind::kList || value.items.empty() ||
      value.items.size() > kMostLevels)
    return add_mismatch(value, name,
                        fmt::format("a list of 1 to {} levels", kMostLevels),
                        problems, "write [4KiB, 64KiB, 1MiB]");
  for (const Node& item : value.items) {
    if (item.kind == NodeKind::kBroken) continue;
    if (item.kind != NodeKind::kScalar) {
      add_mismatch(item, name, "a text or a number", problems);
      continue;
    }
    const auto& levels = factor.levels;
    if (std::find(levels.begin(), levels.end(), item.text) != levels.end())
      problems.add(item.at,
                   fmt::format("`{}`: wanted levels that differ, found `{}` "
                               "twice",
                               name, printable(item.text)));
    if (item.text.find("{{") != std::string::npos)
      problems.add(
          item.at,
          fmt::format("`{}`: variables are not replaced in levels", name));
    factor.levels.push_back(item.text);
  }
  factor.values = as_numbers(factor.levels);
  spec.factors.push_back(std::move(factor));
}

// {buffer: 4KiB}: levels that the matrix has.
std::optional<CellLevels> read_levels(const Node& node, const std::string& name,
                                      const SweepSpec& spec,
                                      Diagnostics& problems) {
  if (node.kind != NodeKind::kMap) {
    add_mismatch(node, name, "a map of factors to levels", problems,
                 fmt::format("write {{ {}: {} }}", spec.factors[0].name,
                             spec.factors[0].levels[0]));
    return std::nullopt;
  }
  CellLevels levels;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const std::string& factor = node.keys[i].text;
    const auto found = std::find_if(
        spec.factors.begin(), spec.factors.end(),
        [&factor](const SweepFactor& f) { return f.name == factor; });
    if (found == spec.factors.end()) {
      std::vector<std::string> names;
      for (const SweepFactor& known : spec.factors) names.push_back(known.name);
      problems.add(node.keys[i].at,
                   fmt::format("`{}`: `{}` is no factor of the matrix", name,
                               printable(factor)),
                   "its factors: " + any_of(names, "and"));
      continue;
    }
    const Node& level = node.items[i];
    const auto& known = found->levels;
    if (level.kind != NodeKind::kScalar ||
        std::find(known.begin(), known.end(), level.text) == known.end()) {
      add_mismatch(level, fmt::format("{}.{}", name, factor),
                   "one of its levels: " + any_of(known), problems);
      continue;
    }
    levels[factor] = level.text;
  }
  return levels;
}

void read_excludes(Section& section, SweepSpec& spec) {
  const Node* node = section.find("exclude");
  if (node == nullptr) return;
  const std::string name = section.path("exclude");
  if (node->kind != NodeKind::kList)
    return add_mismatch(*node, name, "a list of cells to leave out",
                        section.problems());
  for (const Node& item : node->items) {
    auto levels = read_levels(item, name, spec, section.problems());
    if (!levels) continue;
    if (levels->empty()) {
      add_mismatch(item, name, "levels of cells to leave out",
                   section.problems(), "an empty one leaves all of them out");
      continue;
    }
    spec.exclude.push_back(*std::move(levels));
  }
}

bool is_excluded(const SweepSpec& spec, const CellLevels& cell) {
  return std::any_of(spec.exclude.begin(), spec.exclude.end(),
                     [&cell](const auto& levels) {
                       return std::includes(cell.begin(), cell.end(),
                                            levels.begin(), levels.end());
                     });
}

// The first level of each factor, unless it says otherwise.
void read_baseline(Section& section, SweepSpec& spec) {
  for (const SweepFactor& factor : spec.factors)
    spec.baseline[factor.name] = factor.levels.front();
  const Node* node = section.find("baseline");
  if (node != nullptr) {
    const auto levels =
        read_levels(*node, section.path("baseline"), spec, section.problems());
    if (!levels) return;
    for (const auto& [name, level] : *levels) spec.baseline[name] = level;
  }
  if (!is_excluded(spec, spec.baseline)) return;
  section.problems().add(
      node != nullptr ? node->at : section.node().at,
      "`matrix.baseline`: its cell is left out by `matrix.exclude`",
      "what the others lose is measured from it: name another");
}

// 5%, or 0.05
void read_max_loss(Section& section, SweepSpec& spec) {
  std::string text;
  section.text("maxLoss", text);
  if (text.empty()) return;
  const Node* node = section.find("maxLoss");
  const bool percent = text.ends_with('%');
  const std::string number = text.substr(0, text.size() - (percent ? 1 : 0));
  std::size_t used = 0;
  double value = -1;
  if (number.find_first_not_of("0123456789.") == std::string::npos &&
      !number.empty() && number.size() < 20) {
    try {
      value = std::stod(number, &used);
    } catch (const std::exception&) {
      used = 0;
    }
  }
  if (percent) value /= 100;
  if (used == number.size() && value > 0 && value < 1) {
    spec.max_loss = value;
    return;
  }
  add_mismatch(*node, section.path("maxLoss"), "a part of all, as 5%",
               section.problems());
}

void read_connections(Section& section, SweepSpec& spec) {
  const Node* node = section.find("forConnections");
  if (node == nullptr) return;
  const std::string name = section.path("forConnections");
  std::vector<const Node*> items;
  if (node->kind == NodeKind::kList)
    for (const Node& item : node->items) items.push_back(&item);
  else
    items.push_back(node);
  for (const Node* item : items)
    if (const auto count =
            read_whole(*item, name, 1, kMostConnections, section.problems()))
      spec.connections.push_back(static_cast<std::uint32_t>(*count));
}

std::size_t cells_of(const SweepSpec& spec) {
  std::size_t cells = 1;
  for (const SweepFactor& factor : spec.factors) {
    cells *= factor.levels.size();
    if (cells > kMaxSweepRuns) break;
  }
  return cells;
}

// The level of `name`, which may end in .bytes.
std::optional<std::string> value_of(std::string_view name,
                                    const CellLevels& cell) {
  constexpr std::string_view kBytes = ".bytes";
  const bool bytes = name.ends_with(kBytes);
  const auto level = cell.find(
      std::string(name.substr(0, name.size() - (bytes ? kBytes.size() : 0))));
  if (level == cell.end()) return std::nullopt;
  if (!bytes) return level->second;
  const Result<Bytes> size = parse_size(level->second);
  return size ? std::to_string(size->value) : level->second;
}

// A value that is one level and nothing else is what it would be without
// quotes: YAML wants them around braces.
bool is_only_a_variable(std::string_view text) {
  return text.starts_with("{{") && text.ends_with("}}") &&
         text.find("{{", 2) == std::string_view::npos;
}

void fill_in(Node& node, const std::map<std::string, std::string>& values) {
  if (node.kind == NodeKind::kScalar &&
      node.text.find("{{") != std::string::npos) {
    std::string text = expand(node.text, values);
    if (text != node.text && is_only_a_variable(node.text)) node.quoted = false;
    node.text = std::move(text);
  }
  for (Node& item : node.items) fill_in(item, values);
}

const Node* value_at(const Node* map, std::string_view key) {
  if (map == nullptr || map->kind != NodeKind::kMap) return nullptr;
  for (std::size_t i = 0; i < map->keys.size(); ++i)
    if (map->keys[i].text == key) return &map->items[i];
  return nullptr;
}

bool has_templates(const Node& root) {
  return value_at(value_at(&root, "target"), "files") != nullptr;
}

bool is_used(const Node& node, const std::map<std::string, std::string>& gone) {
  if (node.kind == NodeKind::kScalar &&
      node.text.find("{{") != std::string::npos)
    return expand(node.text, gone) != node.text;
  return std::any_of(node.items.begin(), node.items.end(),
                     [&gone](const Node& item) { return is_used(item, gone); });
}

}  // namespace

std::optional<SweepSpec> read_matrix(const Node& root, Diagnostics& problems) {
  const Node* found = value_at(&root, "matrix");
  if (found == nullptr) return std::nullopt;
  const Node& matrix = *found;
  Section section(matrix, "matrix", problems);
  if (matrix.kind != NodeKind::kMap) return std::nullopt;
  SweepSpec spec;
  for (std::size_t i = 0; i < matrix.keys.size(); ++i) {
    if (is_setting(matrix.keys[i].text)) continue;
    section.find(matrix.keys[i].text);
    read_factor(matrix.keys[i], matrix.items[i], spec, problems);
  }
  if (spec.factors.empty() || spec.factors.size() > kMostFactors) {
    if (problems.empty())
      problems.add(matrix.at,
                   fmt::format("`matrix`: wanted 1 to {} factors, found {}",
                               kMostFactors, spec.factors.size()),
                   "write buffer: [4KiB, 64KiB], and {{ buffer }} where it is "
                   "to go");
    return std::nullopt;
  }
  if (!problems.empty()) return std::nullopt;
  read_excludes(section, spec);
  section.whole_or_bounds("repeat", spec.repeat, spec.repeat_most, 1,
                          kMostRepeats);
  section.word("order", spec.shuffled,
               {{"shuffled", true}, {"written", false}});
  std::uint32_t seed = static_cast<std::uint32_t>(spec.seed);
  section.whole("seed", seed, 0, UINT32_MAX);
  spec.seed = seed;
  read_baseline(section, spec);
  read_max_loss(section, spec);
  read_connections(section, spec);
  section.finish();
  if (cells_of(spec) * spec.repeat_most > kMaxSweepRuns)
    problems.add(matrix.at,
                 fmt::format("`matrix`: wanted at most {} runs, found more: {} "
                             "of each cell",
                             kMaxSweepRuns, spec.repeat_most),
                 "fewer levels that matter tell more");
  return spec;
}

std::vector<CellLevels> sweep_cells(const SweepSpec& spec) {
  std::vector<CellLevels> cells{{}};
  for (const SweepFactor& factor : spec.factors) {
    std::vector<CellLevels> longer;
    for (const CellLevels& cell : cells)
      for (const std::string& level : factor.levels) {
        longer.push_back(cell);
        longer.back()[factor.name] = level;
      }
    cells = std::move(longer);
  }
  std::erase_if(cells, [&spec](const CellLevels& cell) {
    return is_excluded(spec, cell);
  });
  return cells;
}

Result<CellLevels> whole_cell(const SweepSpec& spec, const CellLevels& levels) {
  CellLevels cell = spec.baseline;
  for (const auto& [name, level] : levels) {
    const auto factor =
        std::find_if(spec.factors.begin(), spec.factors.end(),
                     [&n = name](const SweepFactor& f) { return f.name == n; });
    if (factor == spec.factors.end()) {
      std::vector<std::string> names;
      for (const SweepFactor& known : spec.factors) names.push_back(known.name);
      return fail(ErrorKind::kUsage,
                  fmt::format("the matrix has no factor `{}`", printable(name)),
                  "its factors: " + any_of(names, "and"));
    }
    const auto& known = factor->levels;
    if (std::find(known.begin(), known.end(), level) == known.end())
      return fail(ErrorKind::kUsage,
                  fmt::format("the factor `{}` has no level `{}`", name,
                              printable(level)),
                  "its levels: " + any_of(known, "and"));
    cell[name] = level;
  }
  return cell;
}

std::string in_words(const CellLevels& cell) {
  std::string words;
  for (const auto& [name, level] : cell)
    words += fmt::format("{}{}={}", words.empty() ? "" : ", ", name, level);
  return words;
}

std::map<std::string, std::string> cell_values(const CellLevels& cell) {
  std::map<std::string, std::string> values;
  for (const auto& [name, level] : cell) {
    values[name] = level;
    values[name + ".bytes"] = *value_of(name + ".bytes", cell);
  }
  return values;
}

Node in_cell(Node root, const CellLevels& cell) {
  const std::map<std::string, std::string> values = cell_values(cell);
  for (std::size_t i = 0; i < root.items.size(); ++i)
    if (root.keys[i].text != "matrix") fill_in(root.items[i], values);
  return root;
}

void check_factors_used(const Node& root, const SweepSpec& spec,
                        Diagnostics& problems) {
  if (has_templates(root)) return;
  for (std::size_t f = 0; f < spec.factors.size(); ++f) {
    const std::string& name = spec.factors[f].name;
    const std::map<std::string, std::string> gone{{name, ""},
                                                  {name + ".bytes", ""}};
    bool used = false;
    for (std::size_t i = 0; i < root.items.size(); ++i)
      used = used ||
             (root.keys[i].text != "matrix" && is_used(root.items[i], gone));
    if (used) continue;
    Position at = root.at;
    for (const Node& key : value_at(&root, "matrix")->keys)
      if (key.text == name) at = key.at;
    problems.add(at,
                 fmt::format("`matrix.{}`: nothing in the file says "
                             "{{{{ {} }}}}",
                             name, name),
                 "without it all of its cells are the same");
  }
}

}  // namespace tidemark
