#include "harness/profile/frames.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tidemark {
namespace {

// Whether a function is to be dropped, asked once for each. Absent: it cannot
// be said.
class Dropped {
 public:
  Dropped(NamePattern drop, std::optional<NamePattern> keep)
      : drop_(std::move(drop)), keep_(std::move(keep)) {}

  std::optional<bool> is(const std::string& name) const {
    if (name.empty()) return false;
    const std::string_view simple = without_parameters(name);
    const std::optional<bool> drop = drop_.is_in(simple);
    if (!drop || !*drop) return drop;
    if (!keep_) return true;
    const std::optional<bool> keep = keep_->is_in(simple);
    if (!keep) return std::nullopt;
    return !*keep;
  }

 private:
  NamePattern drop_;
  std::optional<NamePattern> keep_;
};

Result<NamePattern> whole_name(const std::string& pattern) {
  return NamePattern::compile("^(" + pattern + ")$");
}

std::optional<Dropped> dropped_by(const Profile& profile) {
  if (profile.drop_frames.empty()) return std::nullopt;
  Result<NamePattern> drop = whole_name(profile.drop_frames);
  if (!drop) return std::nullopt;
  std::optional<NamePattern> keep;
  if (!profile.keep_frames.empty()) {
    Result<NamePattern> kept = whole_name(profile.keep_frames);
    if (!kept) return std::nullopt;
    keep = *std::move(kept);
  }
  return Dropped(*std::move(drop), std::move(keep));
}

enum class Cut : char { kNone, kHere, kBelow };

// What of each location goes: nothing, all of it, or the lines that were
// inlined below the one that stays. Empty: it cannot be said.
std::vector<Cut> cuts_of(const Profile& profile, const Dropped& dropped,
                         std::vector<std::size_t>& lines_dropped) {
  std::vector<bool> drop(profile.functions.size());
  for (std::size_t i = 0; i < profile.functions.size(); ++i) {
    const std::optional<bool> is = dropped.is(profile.functions[i].name);
    if (!is) return {};
    drop[i] = *is;
  }
  std::vector<Cut> cuts(profile.locations.size(), Cut::kNone);
  for (std::size_t i = 0; i < profile.locations.size(); ++i) {
    const std::vector<ProfileLine>& lines = profile.locations[i].lines;
    std::size_t count = lines.size();
    while (count > 0 && !drop[lines[count - 1].function]) --count;
    if (count == 0) continue;
    cuts[i] = count == lines.size() ? Cut::kHere : Cut::kBelow;
    lines_dropped[i] = count;
  }
  return cuts;
}

// From the root: what is below the first function of interest counts.
void cut(std::vector<std::size_t>& stack, const std::vector<Cut>& cuts) {
  bool seen = false;
  for (std::size_t i = stack.size(); i-- > 0;) {
    const Cut here = cuts[stack[i]];
    if (here == Cut::kNone) {
      seen = true;
    } else if (seen) {
      const std::size_t first = here == Cut::kHere ? i + 1 : i;
      stack.erase(stack.begin(),
                  stack.begin() + static_cast<std::ptrdiff_t>(first));
      return;
    }
  }
}

// Whether a function, a file or a module of each location has the pattern.
Result<std::vector<bool>> having(const Profile& profile,
                                 const std::string& text) {
  const Result<NamePattern> pattern = NamePattern::compile(text);
  TIDEMARK_TRY(pattern);
  bool too_long = false;
  const auto is_in = [&](const std::string& name) {
    const std::optional<bool> is = pattern->is_in(name);
    too_long |= !is;
    return is.value_or(false);
  };
  std::vector<bool> functions, mappings;
  for (const ProfileFunction& function : profile.functions)
    functions.push_back(!too_long &&
                        (is_in(function.name) || is_in(function.file)));
  for (const ProfileMapping& mapping : profile.mappings)
    mappings.push_back(!too_long && is_in(mapping.file));
  if (too_long)
    return fail(ErrorKind::kUsage,
                "the regular expression \"" + text + "\" takes too long",
                "a part of a name is enough");
  std::vector<bool> locations;
  for (const ProfileLocation& location : profile.locations)
    locations.push_back(
        (location.mapping && mappings[*location.mapping]) ||
        std::any_of(
            location.lines.begin(), location.lines.end(),
            [&](const ProfileLine& line) { return functions[line.function]; }));
  return locations;
}

}  // namespace

std::string_view without_parameters(std::string_view name) {
  constexpr std::array<std::string_view, 2> kNoParameters = {
      "(anonymous namespace)", "operator()"};
  if (name.starts_with('.')) name.remove_prefix(1);
  std::size_t at = 0;
  while (at < name.size()) {
    const auto reserved = std::find_if(
        kNoParameters.begin(), kNoParameters.end(), [&](std::string_view word) {
          return name.substr(at).starts_with(word);
        });
    if (reserved != kNoParameters.end())
      at += reserved->size();
    else if (name[at] == '(')
      return name.substr(0, at);
    else
      ++at;
  }
  return name;
}

Profile without_dropped_frames(Profile profile) {
  const std::optional<Dropped> dropped = dropped_by(profile);
  if (!dropped) return profile;
  std::vector<std::size_t> lines_dropped(profile.locations.size());
  const std::vector<Cut> cuts = cuts_of(profile, *dropped, lines_dropped);
  if (cuts.empty()) return profile;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    std::vector<ProfileLine>& lines = profile.locations[i].lines;
    if (cuts[i] == Cut::kBelow)
      lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(
                                                     lines_dropped[i]));
  }
  for (ProfileSample& sample : profile.samples) cut(sample.stack, cuts);
  return profile;
}

Result<Profile> focused(Profile profile, const std::string& focus,
                        const std::string& ignore) {
  std::vector<bool> wanted(profile.locations.size(), true);
  std::vector<bool> unwanted(profile.locations.size(), false);
  if (!focus.empty()) {
    Result<std::vector<bool>> found = having(profile, focus);
    TIDEMARK_TRY(found);
    wanted = *std::move(found);
  }
  if (!ignore.empty()) {
    Result<std::vector<bool>> found = having(profile, ignore);
    TIDEMARK_TRY(found);
    unwanted = *std::move(found);
  }
  std::erase_if(profile.samples, [&](const ProfileSample& sample) {
    const auto has = [&](const std::vector<bool>& which) {
      return std::any_of(sample.stack.begin(), sample.stack.end(),
                         [&](std::size_t i) { return which[i]; });
    };
    return (!focus.empty() && !has(wanted)) ||
           (!ignore.empty() && has(unwanted));
  });
  return profile;
}

}  // namespace tidemark
