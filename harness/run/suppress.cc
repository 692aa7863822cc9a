#include "harness/run/suppress.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "harness/run/callers.h"

namespace tidemark {
namespace {

using Version = std::vector<std::uint32_t>;

constexpr std::string_view kConnection = "connection";
constexpr std::string_view kSecond = "second";  // Finding::unit

const SiteRecord* find_site(const SuppressionContext& context, SiteId id) {
  const auto found =
      std::find_if(context.sites.begin(), context.sites.end(),
                   [id](const SiteRecord& site) { return site.id == id; });
  return found == context.sites.end() ? nullptr : &*found;
}

const SiteRecord* site_of(const SuppressionContext& context,
                          const Finding& finding) {
  return finding.sites.empty() ? nullptr
                               : find_site(context, finding.sites.front());
}

bool fits_frame(const std::string& glob, const Frame& frame) {
  const std::string name = caller_name(frame);
  if (glob.find('!') != std::string::npos && matches_glob(glob, name))
    return true;
  // Functions may have it in their names: `operator!=`.
  return matches_glob(glob, std::string_view(name).substr(name.find('!') + 1));
}

bool fits_stack(const std::vector<std::string>& globs, const SiteRecord* site) {
  if (site == nullptr) return false;
  std::size_t next = 0;
  for (const Frame& frame : site->frames) {
    if (next < globs.size() && fits_frame(globs[next], frame)) ++next;
  }
  return next == globs.size();
}

bool fits(const SuppressionRule& rule, const Finding& finding,
          const SuppressionContext& context) {
  if (!rule.fingerprint.empty() && rule.fingerprint != finding.fingerprint)
    return false;
  return rule.frames.empty() ||
         fits_stack(rule.frames, site_of(context, finding));
}

// "libfoo.so.1.2.3" of `libfoo`; empty: the file says no version.
std::optional<Version> version_in(const SiteRecord& site,
                                  const std::string& module) {
  for (const Frame& frame : site.frames) {
    std::string_view file(frame.module);
    file.remove_prefix(file.rfind('/') + 1);
    const std::string start = module + ".so.";
    if (!file.starts_with(start)) continue;
    file.remove_prefix(start.size());
    Version version;
    const char* at = file.data();
    const char* end = file.data() + file.size();
    while (at < end) {
      std::uint32_t part = 0;
      const std::from_chars_result read = std::from_chars(at, end, part);
      if (read.ec != std::errc()) break;
      version.push_back(part);
      at = read.ptr + (read.ptr < end ? 1 : 0);
    }
    return version;
  }
  return std::nullopt;
}

bool holds(const VersionPredicate& predicate, Version found) {
  using Comparison = VersionPredicate::Comparison;
  Version wanted = predicate.version;
  // 1.2 is 1.2.0.
  wanted.resize(std::max(wanted.size(), found.size()));
  found.resize(wanted.size());
  switch (predicate.comparison) {
    case Comparison::kLess:
      return found < wanted;
    case Comparison::kAtMost:
      return found <= wanted;
    case Comparison::kEqual:
      return found == wanted;
    case Comparison::kNot:
      return found != wanted;
    case Comparison::kAtLeast:
      return found >= wanted;
    case Comparison::kMore:
      return found > wanted;
  }
  return false;
}

// Why a rule that fits is not to be used for the finding; empty: it is.
std::string version_trouble(const SuppressionRule& rule,
                            const SiteRecord* site) {
  if (!rule.applies) return {};
  const std::string& module = rule.applies->module;
  const std::optional<Version> version =
      site ? version_in(*site, module) : std::nullopt;
  if (!version || version->empty())
    return fmt::format("does not apply: no version of {} is in the stack",
                       module);
  if (holds(*rule.applies, *version)) return {};
  return fmt::format("does not apply: {} is {}", module,
                     fmt::join(*version, "."));
}

// What a rule bounds: in connections, or in what it grows with.
struct Growth {
  const GrowthBound* bound = nullptr;  // null: the rule has none for it
  std::string_view unit = kConnection;
  GrowthBound least;  // for certain
};

GrowthBound rate_of(const Finding& finding, std::string_view unit,
                    Count connections) {
  const Rate& rate = finding.rate;
  if (unit == kSecond) return {rate.bytes_per_unit, rate.objects_per_unit};
  if (rate.bytes_per_connection != 0 || rate.objects_per_connection != 0 ||
      connections.value <= 0)
    return {rate.bytes_per_connection, rate.objects_per_connection};
  const double n = static_cast<double>(connections.value);
  return {static_cast<double>(finding.residue.value) / n,
          static_cast<double>(finding.objects.value) / n};
}

Growth growth_of(const SuppressionRule& rule, const Finding& finding,
                 Count connections) {
  Growth growth;
  if (rule.per_connection) growth.bound = &*rule.per_connection;
  if (rule.per_second && finding.unit == kSecond) {
    growth.bound = &*rule.per_second;
    growth.unit = kSecond;
  }
  growth.least = rate_of(finding, growth.unit, connections);
  if (rule.per_unit && finding.unit == rule.unit) {
    growth.bound = &*rule.per_unit;
    growth.unit = rule.unit;
    growth.least = {finding.rate.bytes_per_unit, finding.rate.objects_per_unit};
  }
  const Rate& rate = finding.rate;
  const double low = rate.bytes_per_connection_low;
  if (low > 0 && low < rate.bytes_per_connection) {
    const double part = low / rate.bytes_per_connection;
    growth.least.bytes *= part;
    growth.least.objects *= part;
  }
  return growth;
}

std::string bound_trouble(const SuppressionRule& rule, const Finding& finding,
                          Count connections) {
  // Rules are written with three digits behind the point.
  constexpr double kRoom = 1e-3;
  const Growth growth = growth_of(rule, finding, connections);
  if (!growth.bound)
    return fmt::format(
        "fits {}, which is no growth with time; it is bounded per second only",
        finding.fingerprint);
  if (growth.least.bytes <= growth.bound->bytes + kRoom &&
      growth.least.objects <= growth.bound->objects + kRoom)
    return {};
  if (rule.kind == SuppressionKind::kKnown)
    return fmt::format(
        "knows {}, of which there is more now: {:.6g} B in {:.6g} objects per "
        "{} where it allows {:.6g} B in {:.6g}",
        finding.fingerprint, growth.least.bytes, growth.least.objects,
        growth.unit, growth.bound->bytes, growth.bound->objects);
  return fmt::format(
      "fits {}, which grows by {:.6g} B in {:.6g} objects per {}; it allows "
      "{:.6g} B in {:.6g}",
      finding.fingerprint, growth.least.bytes, growth.least.objects,
      growth.unit, growth.bound->bytes, growth.bound->objects);
}

bool matters(const Finding& finding) {
  return finding.fails || finding.kind == FindingClass::kUndecided;
}

// One rule at work.
struct Use {
  const SuppressionRule& rule;
  SuppressionRecord& record;
  bool expired = false;
  // No finding of that place fails: of a baseline's, that is good news.
  bool is_idle = true;
};

// Suppresses the finding, or notes why not.
void try_rule(Use& use, Finding& finding, const SuppressionContext& context) {
  const SuppressionRule& rule = use.rule;
  if (finding.suppressed || !fits(rule, finding, context)) return;
  std::string& complaint = use.record.complaint;
  if (!matters(finding)) {
    if (complaint.empty())
      complaint =
          fmt::format("is not needed: {} does not fail", finding.fingerprint);
    return;
  }
  use.is_idle = false;
  if (use.expired) {
    complaint = fmt::format("expired on {}; it fits {}", rule.expires,
                            finding.fingerprint);
    return;
  }
  std::string trouble = version_trouble(rule, site_of(context, finding));
  if (trouble.empty())
    trouble = bound_trouble(rule, finding, context.connections);
  if (!trouble.empty()) {
    complaint = std::move(trouble);
    return;
  }
  finding.suppressed = Suppressed{rule.where, to_word(rule.kind), rule.bug,
                                  rule.owner, rule.expires};
  finding.fails = false;
  use.record.findings += Count{1};
  use.record.objects += finding.objects;
  use.record.bytes += finding.residue;
}

SuppressionRecord record_of(const SuppressionRule& rule) {
  SuppressionRecord record;
  record.rule = rule.where;
  if (!rule.fingerprint.empty())
    record.subject = "fingerprint " + rule.fingerprint;
  if (!rule.frames.empty())
    record.subject +=
        fmt::format("{}frames {}", record.subject.empty() ? "" : ", ",
                    fmt::join(rule.frames, " … "));
  record.kind = to_word(rule.kind);
  record.owner = rule.owner;
  return record;
}

}  // namespace

const char* to_word(SuppressionKind kind) {
  switch (kind) {
    case SuppressionKind::kLeak:
      return "leak";
    case SuppressionKind::kCache:
      return "cache";
    case SuppressionKind::kLibrary:
      return "library";
    case SuppressionKind::kKnown:
      return "known";
  }
  return "leak";
}

bool matches_glob(std::string_view glob, std::string_view text) {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = glob.npos;  // the last one, and what it has swallowed
  std::size_t swallowed = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      swallowed = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g;
      ++t;
    } else if (star != glob.npos) {
      g = star + 1;
      t = ++swallowed;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

std::vector<SuppressionRecord> suppress(std::span<const SuppressionRule> rules,
                                        std::vector<Finding>& findings,
                                        const SuppressionContext& context) {
  std::vector<SuppressionRecord> records;
  for (const SuppressionRule& rule : rules) records.push_back(record_of(rule));
  for (std::size_t i = 0; i < rules.size(); ++i) {
    Use use{rules[i], records[i]};
    use.expired = !rules[i].expires.empty() && rules[i].expires < context.today;
    for (Finding& finding : findings) try_rule(use, finding, context);
    std::string& complaint = records[i].complaint;
    if (records[i].findings.value > 0)
      complaint.clear();
    else if (rules[i].kind == SuppressionKind::kKnown && use.is_idle)
      complaint.clear();
    else if (complaint.empty() && use.expired)
      complaint = fmt::format("expired on {}", rules[i].expires);
    else if (complaint.empty())
      complaint = "fits no finding";
  }
  return records;
}

}  // namespace tidemark
