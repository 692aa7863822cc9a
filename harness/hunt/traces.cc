#include "harness/hunt/traces.h"

#include <algorithm>
#include <string_view>

#include "tidemark/ways.h"

namespace tidemark {
namespace {

constexpr std::size_t kFramesOfPlace = 3;
constexpr std::size_t kFramesOfSite = 8;

const SiteRecord* find_site(const RunRecord& record, SiteId id) {
  const auto found =
      std::find_if(record.sites.begin(), record.sites.end(),
                   [id](const SiteRecord& site) { return site.id == id; });
  return found == record.sites.end() ? nullptr : &*found;
}

std::string innermost(const SiteRecord& site, std::size_t most) {
  std::string text;
  std::size_t frames = 0;
  for (const Frame& frame : site.frames) {
    if (frame.library) continue;
    text += frame.function + "\n";
    if (++frames == most) break;
  }
  return text;
}

bool ends_word(std::string_view text, std::size_t at) {
  if (at >= text.size()) return true;
  const char c = text[at];
  return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
}

// Whether `text` says `words`, whole; with "0 " before them it denies them.
bool says(std::string_view text, const std::string& words) {
  for (std::size_t at = text.find(words); at != text.npos;
       at = text.find(words, at + 1)) {
    const std::string_view before = text.substr(0, at);
    const bool denied =
        before == "0 " || before.ends_with(" 0 ") || before.ends_with("(0 ");
    const bool whole = (at == 0 || ends_word(text, at - 1)) &&
                       ends_word(text, at + words.size());
    if (whole && !denied) return true;
  }
  return false;
}

// The ways in a unit that names some: "fin or reset close", "rsv1 provocation",
// "fin close or rsv1 provocation".
std::set<std::string> named_in(std::string_view unit) {
  constexpr std::string_view kOr = " or ";
  std::set<std::string> named;
  std::set<std::string> pending;  // their noun is still to come
  while (!unit.empty()) {
    const std::size_t end = std::min(unit.find(kOr), unit.size());
    const std::string_view part = unit.substr(0, end);
    const std::size_t space = part.find(' ');
    pending.emplace(part.substr(0, space));
    const std::string_view noun =
        space == part.npos ? "" : part.substr(space + 1);
    if (noun.starts_with("close") || noun.starts_with("provocation"))
      named.merge(pending);
    if (space != part.npos) pending.clear();
    unit.remove_prefix(std::min(end + kOr.size(), unit.size()));
  }
  return named;
}

}  // namespace

Trace trace_of(const RunRecord& record, const Finding& finding) {
  Trace trace{finding.fingerprint, {}, {}};
  for (const SiteId id : finding.sites) {
    const SiteRecord* site = find_site(record, id);
    if (site == nullptr) continue;
    if (id == finding.sites.front())
      trace.place = innermost(*site, kFramesOfPlace);
    const std::string whole = innermost(*site, kFramesOfSite);
    if (site->zoomed && !whole.empty()) trace.places.insert(whole);
  }
  return trace;
}

bool is_same(const Trace& a, const Trace& b) {
  if (a.fingerprint == b.fingerprint) return true;
  if (!a.place.empty() && a.place == b.place) return true;
  return std::any_of(
      a.places.begin(), a.places.end(),
      [&b](const std::string& place) { return b.places.contains(place); });
}

std::vector<const Finding*> suspicious(const RunRecord& record) {
  std::vector<const Finding*> found;
  if (record.error || !record.judgement) return found;
  for (const Finding& finding : record.judgement->findings) {
    const bool doubt =
        finding.kind == FindingClass::kUndecided && !finding.suppressed;
    if (finding.fails || doubt) found.push_back(&finding);
  }
  return found;
}

const Finding* reproduced(const RunRecord& record, const Trace& trace) {
  if (outcome_of(record) != Outcome::kLeak) return nullptr;
  for (const Finding* finding : suspicious(record))
    if (finding->fails && is_same(trace_of(record, *finding), trace))
      return finding;
  return nullptr;
}

Ways blamed_ways(const Finding& finding, const Ways& ways) {
  Ways blamed;
  const std::set<std::string> named = named_in(finding.unit);
  for (const WeightedClose& way : ways) {
    const bool provocation = way.behavior == CloseBehavior::kProvocation;
    const std::string unit =
        way_of(way) + (provocation ? " provocation" : " close");
    if (named.contains(way_of(way)) || says(finding.explanation, "per " + unit))
      blamed.push_back(way);
  }
  // Any of them will do.
  if (blamed.empty() && finding.unit == "abnormal close")
    for (const WeightedClose& way : ways)
      if (!is_graceful(way)) return {way};
  return blamed;
}

}  // namespace tidemark
