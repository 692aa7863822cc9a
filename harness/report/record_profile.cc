#include "harness/report/record_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "harness/profile/profile_maker.h"
#include "harness/report/names.h"
#include "harness/report/printable_record.h"
#include "harness/report/retention_text.h"
#include "harness/report/site_text.h"

namespace tidemark {
namespace {

using Labels = std::vector<ProfileLabel>;

ProfileLabel word(std::string key, std::string text) {
  ProfileLabel label;
  label.key = std::move(key);
  label.text = std::move(text);
  return label;
}

void add_size(Labels& labels, Bytes size) {
  if (size.value <= 0) return;
  ProfileLabel label;
  label.key = label.unit = "bytes";
  label.is_number = true;
  label.number = size.value;
  labels.push_back(std::move(label));
}

Labels with_texts(const Labels& all) {
  Labels labels;
  std::copy_if(all.begin(), all.end(), std::back_inserter(labels),
               [](const ProfileLabel& label) { return !label.text.empty(); });
  return labels;
}

Labels labels_of(const Finding& finding) {
  return with_texts(
      {word("finding", finding.fingerprint),
       word("class", to_word(finding.kind)), word("unit", finding.unit),
       word("standin", finding.standin),
       word("suppressed", finding.suppressed ? finding.suppressed->rule : "")});
}

// Names as in every report. Readers take a name for done only if the linker's
// is another one: else they shorten it in their own way.
NamedFrame named(const Frame& frame) {
  NamedFrame made;
  made.function.name = short_name(frame.function);
  if (made.function.name != frame.function)
    made.function.system_name = frame.function;
  made.function.file = frame.file;
  made.line = frame.line;
  made.module = frame.module;
  made.inlined = frame.inlined;
  return made;
}

std::vector<NamedFrame> stack_of(const SiteRecord& site) {
  std::vector<NamedFrame> stack;
  for (const Frame& frame : site.frames) stack.push_back(named(frame));
  return stack;
}

NamedFrame of_name(const std::string& name) {
  NamedFrame frame;
  frame.function.name = name;
  return frame;
}

// Roots by kind and name, each with what only it keeps. All ways of a root
// have the same, but for processes that lack some.
class Roots {
 public:
  struct Kept {
    Bytes retained;
    Bytes share;
  };

  void add(const Retention& retention) {
    for (const RetainingPath& path : retention.paths) {
      Kept& kept = roots_[{path.root, path.root_name}];
      kept.retained = std::max(kept.retained, path.retained);
      kept.share = std::max(kept.share, whole(path.share));
    }
  }

  void add_all(const RunRecord& record) {
    if (record.judgement)
      for (const Finding& finding : record.judgement->findings)
        if (finding.retention) add(*finding.retention);
    if (record.held) add(*record.held);
  }

  bool empty() const { return roots_.empty(); }

  template <class See>
  void each(See see) const {
    for (const auto& [root, kept] : roots_)
      see({of_name(root.second)}, Labels{word("root", to_word(root.first))},
          kept);
  }

 private:
  // Profiles have whole numbers; a record may have any.
  static Bytes whole(double share) {
    constexpr double kMost = 1e18;
    if (!(share > 0)) return {};
    return Bytes{std::llround(std::min(share, kMost))};
  }

  std::map<std::pair<RootKind, std::string>, Kept> roots_;
};

// "2026-11-21T15:00:00Z" as nanoseconds since 1970; 0 if it is no such text.
std::int64_t unix_nanoseconds(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2u:%2u:%2uZ", &year, &month, &day,
                  &hour, &minute, &second) != 6)
    return 0;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(month),
                                         std::chrono::day(day)};
  // Further on there are no nanoseconds.
  if (!date.ok() || year < 1970 || year > 2200) return 0;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                    std::chrono::minutes(minute) + std::chrono::seconds(second);
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

Profile with_head(Profile profile, const RunRecord& record,
                  std::string default_type) {
  profile.default_type = std::move(default_type);
  if (record.judgement)
    profile.comments.push_back(fmt::format("{}: {}: {}", record.scenario_name,
                                           to_word(record.judgement->outcome),
                                           record.judgement->reason));
  profile.time_nanos = unix_nanoseconds(record.started_at);
  profile.duration_nanos = record.took.count();
  return profile;
}

// Of the functions that call all others the first that is in no library. Empty:
// none is known.
std::string main_module(const RunRecord& record) {
  for (const SiteRecord& site : record.sites)
    for (auto frame = site.frames.rbegin(); frame != site.frames.rend();
         ++frame)
      if (!frame->module.empty() &&
          frame->module.find(".so") == std::string::npos)
        return frame->module;
  return {};
}

ProfileMaker maker_for(const RunRecord& record, std::vector<ValueType> types) {
  ProfileMaker maker(std::move(types));
  if (const std::string module = main_module(record); !module.empty())
    maker.main_module(module);
  return maker;
}

// For a regular expression, as itself.
std::string quoted(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos)
      text += '\\';
    text += c;
  }
  return text;
}

// The libraries' functions below the first of the service's own, as a regular
// expression: leaves that nobody wants to see. A name that is above one as well
// is none of them: readers drop all that a dropped function calls.
std::string glue_of(const RunRecord& record) {
  std::set<std::string> below, above;
  for (const SiteRecord& site : record.sites) {
    const auto own =
        std::find_if(site.frames.begin(), site.frames.end(),
                     [](const Frame& frame) { return !frame.library; });
    if (own == site.frames.end()) continue;
    for (auto frame = site.frames.begin(); frame != site.frames.end(); ++frame)
      (frame < own ? below : above).insert(short_name(frame->function));
  }
  // Readers do not take expressions of any length.
  constexpr std::size_t kLongest = 32'000;
  std::string glue;
  for (const std::string& name : below) {
    if (above.contains(name) || name.empty()) continue;
    const std::string one = quoted(name);
    if (glue.size() + one.size() < kLongest)
      glue += (glue.empty() ? "" : "|") + one;
  }
  return glue;
}

// Which columns there are, and samples with values in some of them.
class AllocationProfile {
 public:
  explicit AllocationProfile(const RunRecord& record)
      : record_(record),
        live_(record.allocated.empty() ? record.post_mortem
                                       : record.allocated) {
    roots_.add_all(record);
    std::vector<ValueType> types;
    if (!record.ever_allocated.empty()) {
      types.push_back({"alloc_objects", "count"});
      types.push_back({"alloc_space", "bytes"});
    }
    inuse_ = types.size();
    if (!live_.empty()) {
      types.push_back({"inuse_objects", "count"});
      types.push_back({"inuse_space", "bytes"});
    }
    retained_ = types.size();
    if (!roots_.empty()) types.push_back({"retained_space", "bytes"});
    residue_ = types.size();
    types.push_back({"residue_objects", "count"});
    types.push_back({"residue_space", "bytes"});
    columns_ = types.size();
    profile_ = maker_for(record, std::move(types));
  }

  Profile make() {
    for (const LastHeld& born : record_.ever_allocated)
      add_site(born.site, born.objects, born.bytes, 0, {});
    for (const LastHeld& held : live_)
      add_site(held.site, held.objects, held.bytes, inuse_, {});
    roots_.each([&](const std::vector<NamedFrame>& stack, const Labels& labels,
                    const Roots::Kept& kept) {
      std::vector<std::int64_t> values(columns_);
      values[retained_] = kept.retained.value;
      profile_->add(stack, values, labels);
    });
    if (record_.judgement)
      for (const Finding& finding : record_.judgement->findings)
        add_finding(finding);
    const bool judged = record_.judgement.has_value() || live_.empty();
    Profile profile = profile_->finish();
    profile.drop_frames = glue_of(record_);
    return with_head(std::move(profile), record_,
                     judged ? "residue_space" : "inuse_space");
  }

 private:
  void add_finding(const Finding& finding) {
    const auto add = [&](SiteId site, Count objects, Bytes bytes) {
      if (objects.value > 0)
        add_site(site, objects, bytes, residue_, labels_of(finding));
    };
    // Records of older versions have no members.
    if (finding.members.empty() && !finding.sites.empty())
      add(finding.sites.front(), finding.objects, finding.residue);
    for (const FindingMember& member : finding.members)
      for (const SiteShare& share : member.sites)
        add(share.site, share.objects, share.bytes);
  }

  void add_site(SiteId id, Count objects, Bytes bytes, std::size_t column,
                Labels labels) {
    const SiteRecord* site = find_site(record_, id);
    if (site == nullptr) return;
    if (site->kind == MemoryKind::kMapping)
      labels.push_back(word("kind", "mapping"));
    add_size(labels, site->size);
    std::vector<std::int64_t> values(columns_);
    values[column] = objects.value;
    values[column + 1] = bytes.value;
    profile_->add(stack_of(*site), values, std::move(labels));
  }

  const RunRecord& record_;
  const std::vector<LastHeld>& live_;
  Roots roots_;
  std::size_t inuse_ = 0, retained_ = 0, residue_ = 0, columns_ = 0;
  std::optional<ProfileMaker> profile_;
};

// A block on the way as a function that was called by its holder: named by
// what it is and by who allocated it.
NamedFrame holder_frame(const RunRecord& record, const Holder& holder) {
  NamedFrame shown;
  const SiteRecord* site = find_site(record, holder.site);
  const Frame* by = site ? guilty_frame(*site) : nullptr;
  if (by != nullptr) shown = named(*by);
  shown.inlined = false;
  shown.function.system_name.clear();
  shown.function.name = holder_name(holder, site);
  return shown;
}

void add_retention(const RunRecord& record, const Retention& retention,
                   const Labels& labels, const NamedFrame& lost,
                   ProfileMaker& profile) {
  for (const RetainingPath& path : retention.paths) {
    std::vector<NamedFrame> stack;
    for (auto at = path.holders.rbegin(); at != path.holders.rend(); ++at)
      stack.push_back(holder_frame(record, *at));
    stack.push_back(of_name(path.root_name));
    Labels of_path = labels;
    of_path.push_back(word("root", to_word(path.root)));
    profile.add(stack, {path.objects.value, path.bytes.value, 0, 0},
                std::move(of_path));
  }
  if (retention.unreachable.value > 0)
    profile.add(
        {lost, of_name("lost: no pointer to it is left")},
        {retention.unreachable.value, retention.unreachable_bytes.value, 0, 0},
        labels);
}

}  // namespace

Profile allocation_profile(const RunRecord& unsafe) {
  const RunRecord record = printable_record(unsafe);
  return AllocationProfile(record).make();
}

Profile holder_profile(const RunRecord& unsafe) {
  const RunRecord record = printable_record(unsafe);
  ProfileMaker profile = maker_for(record, {{"held_objects", "count"},
                                            {"held_space", "bytes"},
                                            {"retained_space", "bytes"},
                                            {"leak_share", "bytes"}});
  Roots roots;
  if (record.judgement)
    for (const Finding& finding : record.judgement->findings) {
      if (!finding.retention) continue;
      Holder block;
      if (!finding.sites.empty()) block.site = finding.sites.front();
      add_retention(record, *finding.retention, labels_of(finding),
                    holder_frame(record, block), profile);
      roots.add(*finding.retention);
    }
  if (roots.empty() && record.held) {
    add_retention(record, *record.held, {}, of_name("block"), profile);
    roots.add(*record.held);
  }
  roots.each([&](const std::vector<NamedFrame>& stack, const Labels& labels,
                 const Roots::Kept& kept) {
    profile.add(stack, {0, 0, kept.retained.value, kept.share.value}, labels);
  });
  return with_head(profile.finish(), record, "held_space");
}

}  // namespace tidemark
