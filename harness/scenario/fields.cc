#include "harness/scenario/fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "harness/base/spelling.h"
#include "harness/scenario/quantities.h"

namespace tidemark {
namespace {

std::string did_you_mean(std::string_view word,
                         const std::vector<std::string>& known,
                         std::string_view otherwise) {
  const std::optional<std::string> nearest = nearest_word(word, known);
  if (nearest) return fmt::format("did you mean `{}`?", *nearest);
  return fmt::format("{} {}", otherwise, fmt::join(known, ", "));
}

// A word that stands for a number or a size; quoted, it is text.
bool is_plain(const Node& node) {
  return node.kind == NodeKind::kScalar && !node.quoted;
}

bool is_whole_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

}  // namespace

std::string describe(const Node& node) {
  switch (node.kind) {
    case NodeKind::kList:
      return "a list";
    case NodeKind::kMap:
      return "a map";
    case NodeKind::kScalar:
      if (node.quoted)
        return fmt::format("the text `{}`", printable(node.text));
      return fmt::format("`{}`", printable(node.text));
    case NodeKind::kNothing:
    case NodeKind::kBroken:
      break;
  }
  return "nothing";
}

void add_mismatch(const Node& node, const std::string& name,
                  std::string_view wanted, Diagnostics& problems,
                  std::string hint) {
  if (node.kind == NodeKind::kBroken) return;
  problems.add(
      node.at,
      fmt::format("`{}`: wanted {}, found {}", name, wanted, describe(node)),
      std::move(hint));
}

void add_error(const Node& node, const std::string& name, const Error& error,
               Diagnostics& problems) {
  problems.add(node.at, fmt::format("`{}`: {}", name, error.message),
               error.hint);
}

std::optional<std::string> read_text(const Node& node, const std::string& name,
                                     Diagnostics& problems,
                                     const TextRule& rule) {
  if (node.kind != NodeKind::kScalar) {
    const bool missing = node.kind == NodeKind::kNothing;
    add_mismatch(node, name, "text", problems,
                 missing ? "write \"\" for an empty text" : "");
    return std::nullopt;
  }
  // execve(), headers and terminals all end or break at a NUL.
  if (node.text.find('\0') != std::string::npos) {
    add_mismatch(node, name, "text without NUL characters", problems);
    return std::nullopt;
  }
  if (rule) {
    const Status status = rule(node.text);
    if (!status) {
      add_error(node, name, status.error(), problems);
      return std::nullopt;
    }
  }
  return node.text;
}

std::optional<std::uint64_t> read_whole(const Node& node,
                                        const std::string& name,
                                        std::uint64_t least, std::uint64_t most,
                                        Diagnostics& problems) {
  if (!is_plain(node) || !is_whole_number(node.text)) {
    const bool only_quoted =
        node.kind == NodeKind::kScalar && is_whole_number(node.text);
    add_mismatch(node, name, "a whole number", problems,
                 only_quoted ? "leave the quotes out" : "");
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const char* end = node.text.data() + node.text.size();
  const std::from_chars_result parsed =
      std::from_chars(node.text.data(), end, value);
  // A minus sign is no digit to from_chars: negative numbers end here, too.
  const bool readable = parsed.ec == std::errc() && parsed.ptr == end;
  if (!readable || value < least || value > most) {
    add_mismatch(node, name, fmt::format("{} to {}", least, most), problems);
    return std::nullopt;
  }
  return value;
}

std::optional<Bytes> read_size(const Node& node, const std::string& name,
                               Bytes most, Diagnostics& problems) {
  if (node.kind != NodeKind::kScalar) {
    add_mismatch(node, name, "a size", problems,
                 "write it like 64 B, 4KiB or 2MiB");
    return std::nullopt;
  }
  const Result<Bytes> parsed = parse_size(node.text);
  if (!parsed) {
    add_error(node, name, parsed.error(), problems);
    return std::nullopt;
  }
  if (*parsed > most) {
    add_mismatch(node, name, fmt::format("at most {}", format_size(most)),
                 problems);
    return std::nullopt;
  }
  return *parsed;
}

std::optional<Duration> read_duration(const Node& node, const std::string& name,
                                      Duration least, Duration most,
                                      Diagnostics& problems) {
  if (node.kind != NodeKind::kScalar) {
    add_mismatch(node, name, "a duration", problems,
                 "write it like 250ms, 5s, 2m or 1h");
    return std::nullopt;
  }
  const Result<Duration> parsed = parse_duration(node.text);
  if (!parsed) {
    add_error(node, name, parsed.error(), problems);
    return std::nullopt;
  }
  if (*parsed < least || *parsed > most) {
    add_mismatch(
        node, name,
        fmt::format("{} to {}", format_duration(least), format_duration(most)),
        problems);
    return std::nullopt;
  }
  return *parsed;
}

std::optional<double> read_rate(const Node& node, const std::string& name,
                                double most, Diagnostics& problems) {
  if (node.kind != NodeKind::kScalar) {
    add_mismatch(node, name, "a rate", problems,
                 "write it like 100/s or 5000/m");
    return std::nullopt;
  }
  const Result<double> parsed = parse_rate(node.text);
  if (!parsed) {
    add_error(node, name, parsed.error(), problems);
    return std::nullopt;
  }
  if (*parsed > most) {
    add_mismatch(node, name, fmt::format("at most {}/s", most), problems);
    return std::nullopt;
  }
  return *parsed;
}

std::optional<std::size_t> read_word(const Node& node, const std::string& name,
                                     const std::vector<std::string>& known,
                                     Diagnostics& problems) {
  const std::string wanted = any_of(known);
  if (node.kind != NodeKind::kScalar) {
    add_mismatch(node, name, wanted, problems);
    return std::nullopt;
  }
  const auto found = std::find(known.begin(), known.end(), node.text);
  if (found == known.end()) {
    const std::optional<std::string> nearest = nearest_word(node.text, known);
    add_mismatch(node, name, wanted, problems,
                 nearest ? fmt::format("did you mean `{}`?", *nearest) : "");
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - known.begin());
}

Section::Section(const Node& node, std::string name, Diagnostics& problems)
    : node_(&node), name_(std::move(name)), problems_(&problems) {
  if (node.kind == NodeKind::kMap || node.kind == NodeKind::kBroken) return;
  problems.add(node.at,
               fmt::format("{}wanted a map, found {}",
                           name_.empty() ? "" : fmt::format("`{}`: ", name_),
                           describe(node)));
}

std::string Section::path(std::string_view key) const {
  if (name_.empty()) return std::string(key);
  return fmt::format("{}.{}", name_, key);
}

const Node* Section::find(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end())
    known_.emplace_back(key);
  if (problems_->notes_keys()) problems_->note_key(path(key));
  for (std::size_t i = 0; i < node_->keys.size(); ++i)
    if (node_->keys[i].text == key) return &node_->items[i];
  return nullptr;
}

const Node* Section::require(std::string_view key, std::string_view hint) {
  const Node* found = find(key);
  // Of something else than a map that much has been said already.
  if (found == nullptr && node_->kind == NodeKind::kMap) {
    problems_->add(node_->at, fmt::format("`{}` is missing", path(key)),
                   std::string(hint));
  }
  return found;
}

std::optional<Section> Section::section(std::string_view key) {
  const Node* found = find(key);
  if (found == nullptr) return std::nullopt;
  return Section(*found, path(key), *problems_);
}

void Section::text(std::string_view key, std::string& out,
                   const TextRule& rule) {
  const Node* found = find(key);
  if (found == nullptr) return;
  std::optional<std::string> value =
      read_text(*found, path(key), *problems_, rule);
  if (value) out = std::move(*value);
}

void Section::texts(std::string_view key, std::vector<std::string>& out,
                    const TextRule& rule) {
  const Node* found = find(key);
  if (found == nullptr) return;
  if (found->kind != NodeKind::kList) {
    add_mismatch(*found, path(key), "a list of texts", *problems_);
    return;
  }
  out.clear();
  for (std::size_t i = 0; i < found->items.size(); ++i) {
    std::optional<std::string> value = read_text(
        found->items[i], fmt::format("{}[{}]", path(key), i), *problems_, rule);
    if (value) out.push_back(std::move(*value));
  }
}

void Section::text_map(std::string_view key,
                       std::map<std::string, std::string>& out,
                       const TextRule& name_rule, const TextRule& value_rule) {
  const Node* found = find(key);
  if (found == nullptr) return;
  const std::string name = path(key);
  if (found->kind != NodeKind::kMap) {
    add_mismatch(*found, name, "a map of names to texts", *problems_);
    return;
  }
  for (std::size_t i = 0; i < found->keys.size(); ++i) {
    const std::optional<std::string> word =
        read_text(found->keys[i], name, *problems_, name_rule);
    if (!word) continue;
    std::optional<std::string> value =
        read_text(found->items[i], fmt::format("{}.{}", name, printable(*word)),
                  *problems_, value_rule);
    if (value) out[*word] = std::move(*value);
  }
}

void Section::duration(std::string_view key, Duration& out, Duration least,
                       Duration most) {
  const Node* found = find(key);
  if (found == nullptr) return;
  const std::optional<Duration> value =
      read_duration(*found, path(key), least, most, *problems_);
  if (value) out = *value;
}

void Section::rate(std::string_view key, double& out, double most) {
  const Node* found = find(key);
  if (found == nullptr) return;
  const std::optional<double> value =
      read_rate(*found, path(key), most, *problems_);
  if (value) out = *value;
}

void Section::size(std::string_view key, Bytes& out, Bytes most) {
  const Node* found = find(key);
  if (found == nullptr) return;
  const std::optional<Bytes> value =
      read_size(*found, path(key), most, *problems_);
  if (value) out = *value;
}

void Section::size(std::string_view key, std::optional<Bytes>& out,
                   Bytes most) {
  const Node* found = find(key);
  if (found == nullptr) return;
  const std::optional<Bytes> value =
      read_size(*found, path(key), most, *problems_);
  if (value) out = *value;
}

void Section::flag(std::string_view key, bool& out) {
  const Node* found = find(key);
  if (found == nullptr) return;
  if (is_plain(*found) && (found->text == "true" || found->text == "false")) {
    out = found->text == "true";
    return;
  }
  add_mismatch(*found, path(key), "true or false", *problems_);
}

void Section::whole(std::string_view key, std::uint32_t& out,
                    std::uint32_t least, std::uint32_t most) {
  const Node* found = find(key);
  if (found == nullptr) return;
  const std::optional<std::uint64_t> value =
      read_whole(*found, path(key), least, most, *problems_);
  if (value) out = static_cast<std::uint32_t>(*value);
}

void Section::whole_or_bounds(std::string_view key, std::uint32_t& min,
                              std::uint32_t& max, std::uint32_t least,
                              std::uint32_t most) {
  const Node* found = find(key);
  if (found == nullptr) return;
  if (found->kind == NodeKind::kScalar) {
    whole(key, min, least, most);
    max = min;
    return;
  }
  Section bounds(*found, path(key), *problems_);
  bounds.whole("min", min, least, most);
  bounds.whole("max", max, least, most);
  // The one that is not said follows the other.
  if (bounds.find("max") == nullptr) max = std::max(min, max);
  if (bounds.find("min") == nullptr) min = std::min(min, max);
  bounds.finish();
  if (min > max)
    problems_->add(
        found->at,
        fmt::format("`{}`: wanted min up to max, found min {} and max {}",
                    path(key), min, max));
}

std::optional<std::size_t> Section::word_index(
    std::string_view key, const std::vector<std::string>& known) {
  const Node* found = find(key);
  if (found == nullptr) return std::nullopt;
  return read_word(*found, path(key), known, *problems_);
}

void Section::finish() {
  const std::string where = name_.empty() ? "" : fmt::format(" in `{}`", name_);
  for (const Node& key : node_->keys) {
    if (std::find(known_.begin(), known_.end(), key.text) != known_.end())
      continue;
    problems_->add(
        key.at, fmt::format("unknown key `{}`{}", printable(key.text), where),
        did_you_mean(key.text, known_, "the keys here are"));
  }
}

void Section::complain(const Node& node, std::string_view key,
                       std::string message, std::string hint) {
  if (node.kind == NodeKind::kBroken) return;
  problems_->add(node.at, fmt::format("`{}`: {}", path(key), message),
                 std::move(hint));
}

}  // namespace tidemark
