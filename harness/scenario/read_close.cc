// How connections end: the `close` list of a flow, expanded and checked
// against what its engine knows.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "harness/scenario/sections.h"
#include "harness/scenario/text_rules.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

using std::chrono::minutes;

constexpr std::uint32_t kMaxWeight = 1'000'000;
constexpr std::size_t kMaxCloses = 1000;
constexpr std::size_t kMaxExpanded = 10'000;
constexpr std::uint32_t kMaxAfterBytes = 16 << 20;
constexpr Bytes kMaxReadRate{1 << 30};
constexpr Bytes kMaxReceiveBuffer{1 << 30};
// RFC 6455: a control frame has at most 125 bytes, two of them the code.
constexpr std::size_t kLongestReason = 123;
constexpr const char* kAll = "all";

// Names of other tools for the same thing.
constexpr std::pair<std::string_view, CloseBehavior> kAliases[] = {
    {"reset_peer", CloseBehavior::kReset},  // toxiproxy
};

// The codes an endpoint may put into a close frame (RFC 6455 §7.4 and the
// registry); 1005, 1006 and 1015 are never sent.
bool is_sendable(std::uint64_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

bool says_code(CloseBehavior behavior) {
  return behavior == CloseBehavior::kGraceful ||
         behavior == CloseBehavior::kCloseNoWait;
}

bool aborts(CloseBehavior behavior) {
  switch (behavior) {
    case CloseBehavior::kAbortMidHandshake:
    case CloseBehavior::kAbortMidFrame:
    case CloseBehavior::kAbortMidFragment:
    case CloseBehavior::kAbortMidBody:
    case CloseBehavior::kAbortMidCommand:
    case CloseBehavior::kAbortMidMessage:
      return true;
    default:
      return false;
  }
}

bool holds(CloseBehavior behavior) {
  switch (behavior) {
    case CloseBehavior::kHalfClose:
    case CloseBehavior::kStall:
    case CloseBehavior::kSlowReader:
    case CloseBehavior::kIgnoreClose:
    case CloseBehavior::kUnreadBody:
    case CloseBehavior::kUnreadReplies:
    case CloseBehavior::kSubscribedThenGone:
    case CloseBehavior::kProvocation:
      return true;
    default:
      return false;
  }
}

bool reads_slowly(CloseBehavior behavior) {
  return behavior == CloseBehavior::kSlowReader;
}

// One entry of the list as written; `all` stands for many.
struct Entry {
  WeightedClose close;
  bool all = false;
  bool known = false;  // what it does was understood
};

bool speaks_tls(const EngineWords& engine, std::string_view url) {
  const std::string_view scheme = url.substr(0, url.find_first_of(":+"));
  return std::find(engine.secure_schemes.begin(), engine.secure_schemes.end(),
                   scheme) != engine.secure_schemes.end();
}

class CloseReader {
 public:
  CloseReader(Diagnostics& problems, const LoadContext& context,
              std::string_view url)
      : problems_(problems), context_(context) {
    for (std::size_t i = 0; i < kCloseBehaviors; ++i) {
      const auto behavior = static_cast<CloseBehavior>(i);
      if (behavior != CloseBehavior::kProvocation && knows(behavior))
        behaviors_.push_back(behavior);
    }
    for (const EngineWords& engine : context.words) {
      if (context.engine != nullptr && &engine != context.engine) continue;
      provocations_.insert(provocations_.end(), engine.provocations.begin(),
                           engine.provocations.end());
      if (!speaks_tls(engine, url)) continue;
      provocations_.insert(provocations_.end(), engine.tls_provocations.begin(),
                           engine.tls_provocations.end());
    }
  }

  Entry read(const Node& node, const std::string& name) {
    Entry entry;
    if (node.kind == NodeKind::kScalar) {
      set_behavior(node, name, entry);
      return entry;
    }
    Section section(node, name, problems_);
    read_what(section, entry);
    section.whole("weight", entry.close.weight, 1, kMaxWeight);
    if (means_something(section, "code", entry, says_code))
      read_code(section, entry.close);
    if (means_something(section, "reason", entry, says_code))
      section.text("reason", entry.close.reason, check_reason);
    if (means_something(section, "hold", entry, holds))
      section.duration("hold", entry.close.hold, Duration(0), minutes(10));
    if (means_something(section, "afterBytes", entry, aborts))
      section.whole("afterBytes", entry.close.after_bytes, 1, kMaxAfterBytes);
    if (means_something(section, "then", entry, aborts))
      section.word<bool>("then", entry.close.then_reset,
                         {{"reset", true}, {"fin", false}});
    if (means_something(section, "readRate", entry, reads_slowly))
      read_read_rate(section, entry.close.read_rate);
    if (means_something(section, "rcvbuf", entry, reads_slowly))
      section.size("rcvbuf", entry.close.receive_buffer, kMaxReceiveBuffer);
    section.finish();
    return entry;
  }

  const std::vector<std::string>& provocations() const { return provocations_; }

 private:
  bool knows(CloseBehavior behavior) const {
    return std::any_of(
        context_.words.begin(), context_.words.end(),
        [&](const EngineWords& engine) {
          if (context_.engine != nullptr && &engine != context_.engine)
            return false;
          return std::find(engine.behaviors.begin(), engine.behaviors.end(),
                           behavior) != engine.behaviors.end();
        });
  }

  // The engine's behaviours that `fits` is true of, as words.
  template <class Fits>
  std::vector<std::string> words_that(Fits fits) const {
    std::vector<std::string> words;
    for (const CloseBehavior behavior : behaviors_)
      if (fits(behavior)) words.emplace_back(to_word(behavior));
    return words;
  }

  void set_behavior(const Node& node, const std::string& name, Entry& entry) {
    for (const auto& [alias, behavior] : kAliases) {
      if (node.kind != NodeKind::kScalar || node.text != alias) continue;
      if (!knows(behavior)) continue;
      entry.close.behavior = behavior;
      entry.known = true;
      return;
    }
    const std::optional<std::size_t> index = read_word(
        node, name, words_that([](CloseBehavior) { return true; }), problems_);
    if (!index) return;
    entry.close.behavior = behaviors_[*index];
    entry.known = true;
  }

  void set_provocation(const Node& node, const std::string& name,
                       Entry& entry) {
    if (provocations_.empty()) {
      problems_.add(
          node.at,
          fmt::format("`{}`: {} has no provocations", name,
                      context_.engine != nullptr ? context_.engine->name
                                                 : "this engine"),
          "name a behavior");
      return;
    }
    entry.close.behavior = CloseBehavior::kProvocation;
    if (node.kind == NodeKind::kScalar && node.text == kAll) {
      entry.all = entry.known = true;
      return;
    }
    std::vector<std::string> words = provocations_;
    words.emplace_back(kAll);
    const std::optional<std::size_t> index =
        read_word(node, name, words, problems_);
    if (!index) return;
    entry.close.provocation = words[*index];
    entry.known = true;
  }

  void read_what(Section& section, Entry& entry) {
    const Node* provocation = section.find("provocation");
    const Node* behavior =
        provocation != nullptr
            ? section.find("behavior")
            : section.require("behavior",
                              "write " + any_of(words_that([](CloseBehavior) {
                                return true;
                              })));
    if (provocation != nullptr && behavior != nullptr) {
      section.complain(*provocation, "provocation",
                       "wanted a behavior or a provocation, found both");
      return;
    }
    if (behavior != nullptr)
      set_behavior(*behavior, section.path("behavior"), entry);
    if (provocation != nullptr)
      set_provocation(*provocation, section.path("provocation"), entry);
  }

  // Whether `key` is there and belongs to what the entry does.
  template <class Fits>
  bool means_something(Section& section, std::string_view key,
                       const Entry& entry, Fits fits) {
    const Node* node = section.find(key);
    if (node == nullptr) return false;
    const bool code = key == "code" || key == "reason";
    if (code && context_.engine != nullptr &&
        !context_.is(Engine::kWebSocket)) {
      section.complain(
          *node, key,
          fmt::format("means nothing for {}", context_.engine->name),
          "it belongs to websocket");
      return false;
    }
    if (!entry.known || fits(entry.close.behavior)) return true;
    std::vector<std::string> words = words_that(fits);
    if (fits(CloseBehavior::kProvocation) && !provocations_.empty())
      words.emplace_back("provocations");
    section.complain(
        *node, key,
        fmt::format("means nothing for {}",
                    entry.close.behavior == CloseBehavior::kProvocation
                        ? "a provocation"
                        : to_word(entry.close.behavior)),
        words.empty() ? "leave it out"
                      : "it belongs to " + any_of(words, "and"));
    return false;
  }

  static Status check_reason(const std::string& text) {
    if (text.size() <= kLongestReason) return {};
    return refused(fmt::format("wanted at most {} bytes, found {}",
                               kLongestReason, text.size()));
  }

  static void read_code(Section& section, WeightedClose& close) {
    const Node& node = *section.find("code");
    const std::string name = section.path("code");
    const std::optional<std::uint64_t> code =
        read_whole(node, name, 1000, 4999, section.problems());
    if (!code) return;
    if (is_sendable(*code)) {
      close.code = static_cast<std::uint16_t>(*code);
      return;
    }
    add_mismatch(node, name, "a code that may be sent", section.problems(),
                 "1000 to 1003, 1007 to 1014 or 3000 to 4999");
  }

  // `64 B/s`; a bare size counts per second, too.
  static void read_read_rate(Section& section, Bytes& rate) {
    Node size = *section.find("readRate");
    if (size.kind == NodeKind::kScalar && size.text.ends_with("/s"))
      size.text.resize(size.text.size() - 2);
    const std::optional<Bytes> value = read_size(
        size, section.path("readRate"), kMaxReadRate, section.problems());
    if (!value) return;
    if (value->value > 0) {
      rate = *value;
      return;
    }
    section.complain(size, "readRate", "wanted more than nothing",
                     "a stall reads nothing");
  }

  Diagnostics& problems_;
  const LoadContext& context_;
  std::vector<CloseBehavior> behaviors_;
  std::vector<std::string> provocations_;
};

// `all` becomes one entry for each provocation. Weights are whole numbers, so
// those of the whole list are scaled until the share of each is one, too.
Status expand_all(const std::vector<Entry>& entries,
                  const std::vector<std::string>& provocations,
                  std::vector<WeightedClose>& closes) {
  const std::uint64_t parts = provocations.size();
  std::uint64_t scale = 1;  // divides `parts`
  for (const Entry& entry : entries) {
    const std::uint64_t weight = entry.close.weight;
    if (entry.all) scale = std::lcm(scale, parts / std::gcd(weight, parts));
  }
  std::uint64_t total = 0;
  for (const Entry& entry : entries) {
    WeightedClose close = entry.close;
    const std::uint64_t weight = close.weight * scale / (entry.all ? parts : 1);
    total += close.weight * scale;
    close.weight = static_cast<std::uint32_t>(weight);
    if (!entry.all) {
      closes.push_back(close);
      continue;
    }
    if (closes.size() + parts > kMaxExpanded)
      return refused(
          fmt::format("`all` gives more than {} ways to close", kMaxExpanded));
    for (const std::string& provocation : provocations) {
      close.provocation = provocation;
      closes.push_back(close);
    }
  }
  if (total <= std::numeric_limits<std::int32_t>::max()) return {};
  return refused(fmt::format("the weights are too large: {} in all", total),
                 "divide them all by the same number");
}

}  // namespace

void read_closes(Section& section, LoadSpec& load, const LoadContext& context) {
  std::vector<WeightedClose>& closes = load.close;
  const Node* node = section.find("close");
  const std::string name = section.path("close");
  CloseReader reader(section.problems(), context, load.url);
  std::vector<Entry> entries;
  if (node->kind == NodeKind::kScalar || node->kind == NodeKind::kMap) {
    entries.push_back(reader.read(*node, name));
  } else if (node->kind != NodeKind::kList) {
    add_mismatch(*node, name, "a word or a list", section.problems(),
                 "write reset, or [ { behavior: reset, weight: 1 } ]");
    return;
  } else if (node->items.empty() || node->items.size() > kMaxCloses) {
    section.complain(
        *node, "close",
        node->items.empty()
            ? "wanted at least one way to close, found none"
            : fmt::format("wanted at most {} ways to close", kMaxCloses),
        node->items.empty() ? "leave it out for graceful" : "");
    return;
  }
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    if (node->kind != NodeKind::kList) break;
    entries.push_back(
        reader.read(node->items[i], fmt::format("{}[{}]", name, i)));
  }
  closes.clear();
  const Status expanded = expand_all(entries, reader.provocations(), closes);
  if (!expanded) add_error(*node, name, expanded.error(), section.problems());
}

}  // namespace tidemark
