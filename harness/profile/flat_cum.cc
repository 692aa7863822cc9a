#include "harness/profile/flat_cum.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace tidemark {
namespace {

constexpr std::size_t kLeftOut = ~std::size_t{0};

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

ProfilePlace nameless(const Profile& profile, const ProfileLocation& location) {
  ProfilePlace place;
  const ProfileMapping* mapping =
      location.mapping ? &profile.mappings[*location.mapping] : nullptr;
  if (mapping && !mapping->file.empty()) {
    place.module = mapping->file;
    place.name = base_name(mapping->file);
    if (location.address != 0)
      place.name += fmt::format(
          "+{:#x}", location.address - mapping->start + mapping->offset);
  } else {
    place.name = location.address != 0 ? fmt::format("{:#x}", location.address)
                                       : "<unknown>";
  }
  return place;
}

ProfilePlace place_of(const Profile& profile, const ProfileLocation& location,
                      const ProfileLine& line, Granularity granularity) {
  const ProfileFunction& function = profile.functions[line.function];
  if (function.name.empty()) return nameless(profile, location);
  ProfilePlace place;
  place.name = function.name;
  if (granularity == Granularity::kFunctions) return place;
  place.file = function.file;
  place.line = line.line;
  place.start_line = function.start_line;
  if (location.mapping) place.module = profile.mappings[*location.mapping].file;
  return place;
}

// The places of each location, as its lines are: the innermost first.
class Places {
 public:
  Places(const Profile& profile, Granularity granularity) {
    for (const ProfileLocation& location : profile.locations) {
      std::vector<std::size_t> own;
      for (const ProfileLine& line : location.lines)
        own.push_back(number(place_of(profile, location, line, granularity)));
      if (own.empty()) own.push_back(number(nameless(profile, location)));
      of_location_.push_back(std::move(own));
    }
  }

  std::size_t count() const { return places_.size(); }
  const ProfilePlace& at(std::size_t number) const { return places_[number]; }
  const std::vector<std::size_t>& of(std::size_t location) const {
    return of_location_[location];
  }

 private:
  std::size_t number(ProfilePlace place) {
    const auto [known, fresh] = numbers_.try_emplace(place, places_.size());
    if (fresh) places_.push_back(std::move(place));
    return known->second;
  }

  std::vector<ProfilePlace> places_;
  std::map<ProfilePlace, std::size_t> numbers_;
  std::vector<std::vector<std::size_t>> of_location_;
};

struct Call {
  std::int64_t value = 0;
  bool inlined = true;
  std::size_t seen_in = 0;  // the last sample that counted, from 1
};

class Counter {
 public:
  Counter(const Profile& profile, const Places& places, std::size_t value,
          const std::vector<bool>* kept)
      : places_(places), kept_(kept) {
    sums_.resize(places.count());
    seen_in_.resize(places.count());
    for (const ProfileSample& sample : profile.samples) {
      ++number_;
      if (sample.values[value] != 0) add(sample, sample.values[value]);
    }
  }

  FlatCum finish(bool by_cum) {
    FlatCum found;
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < sums_.size(); ++i)
      if (sums_[i].flat != 0 || sums_[i].cum != 0) numbers.push_back(i);
    std::sort(numbers.begin(), numbers.end(),
              [&](std::size_t a, std::size_t b) {
                return order(a, by_cum) < order(b, by_cum);
              });
    std::vector<std::size_t> place_of(sums_.size(), kLeftOut);
    for (const std::size_t i : numbers) {
      place_of[i] = found.places.size();
      found.places.push_back({places_.at(i), sums_[i].flat, sums_[i].cum});
    }
    found.rows = found.all = found.places.size();
    const auto number_of = [&](std::size_t i) {
      if (place_of[i] == kLeftOut) {
        place_of[i] = found.places.size();
        found.places.push_back({places_.at(i), 0, 0});
      }
      return place_of[i];
    };
    for (const auto& [who, call] : calls_) {
      const std::size_t caller = number_of(who.first);
      found.calls.push_back(
          {caller, number_of(who.second), call.value, call.inlined});
    }
    sort_calls(found);
    return found;
  }

 private:
  struct Sums {
    std::int64_t flat = 0;
    std::int64_t cum = 0;
  };
  using Order = std::tuple<std::uint64_t, const std::string&, std::uint64_t,
                           const ProfilePlace&>;

  // Smaller is earlier. 2^63, the one magnitude that is negative, counts.
  static std::uint64_t rank(std::int64_t value) {
    return ~static_cast<std::uint64_t>(magnitude(value));
  }

  Order order(std::size_t i, bool by_cum) const {
    const std::uint64_t flat = rank(sums_[i].flat), cum = rank(sums_[i].cum);
    const ProfilePlace& place = places_.at(i);
    return {by_cum ? cum : flat, place.name, by_cum ? flat : cum, place};
  }

  static void sort_calls(FlatCum& found) {
    const auto key = [&](const CallSums& call) {
      return std::tuple<std::uint64_t, const std::string&, const std::string&,
                        std::size_t, std::size_t>(
          rank(call.value), found.places[call.caller].place.name,
          found.places[call.callee].place.name, call.caller, call.callee);
    };
    std::sort(
        found.calls.begin(), found.calls.end(),
        [&](const CallSums& a, const CallSums& b) { return key(a) < key(b); });
  }

  // From the root to the leaf.
  void add(const ProfileSample& sample, std::int64_t value) {
    std::optional<std::size_t> caller;
    bool leaf_left_out = false;
    for (auto at = sample.stack.rbegin(); at != sample.stack.rend(); ++at) {
      const std::vector<std::size_t>& here = places_.of(*at);
      for (std::size_t i = here.size(); i-- > 0;) {
        const std::size_t place = here[i];
        leaf_left_out = kept_ && !(*kept_)[place];
        if (leaf_left_out) continue;
        if (seen_in_[place] != number_) {
          seen_in_[place] = number_;
          sums_[place].cum = wrapping_sum(sums_[place].cum, value);
        }
        if (caller && *caller != place)
          add_call({*caller, place}, value, i + 1 != here.size());
        caller = place;
      }
    }
    if (caller && !leaf_left_out)
      sums_[*caller].flat = wrapping_sum(sums_[*caller].flat, value);
  }

  void add_call(std::pair<std::size_t, std::size_t> who, std::int64_t value,
                bool is_inlined) {
    Call& call = calls_[who];
    if (call.seen_in == number_) return;
    call.seen_in = number_;
    call.value = wrapping_sum(call.value, value);
    call.inlined &= is_inlined;
  }

  const Places& places_;
  const std::vector<bool>* kept_;
  std::vector<Sums> sums_;
  std::vector<std::size_t> seen_in_;  // as in Call
  std::map<std::pair<std::size_t, std::size_t>, Call> calls_;
  std::size_t number_ = 0;
};

}  // namespace

FlatCum flat_cum(const Profile& profile, const FlatCumQuestion& question) {
  const Places places(profile, question.granularity);
  FlatCum all =
      Counter(profile, places, question.value, nullptr).finish(question.by_cum);
  if (question.most == 0 || all.rows <= question.most) return all;
  std::set<ProfilePlace> first;
  for (std::size_t i = 0; i < question.most; ++i)
    first.insert(all.places[i].place);
  std::vector<bool> kept;
  for (std::size_t i = 0; i < places.count(); ++i)
    kept.push_back(first.contains(places.at(i)));
  FlatCum some =
      Counter(profile, places, question.value, &kept).finish(question.by_cum);
  some.all = all.all;
  return some;
}

std::vector<Inlined> inlined(const FlatCum& sums) {
  std::vector<bool> somewhere(sums.places.size()), called(sums.places.size());
  for (const CallSums& call : sums.calls)
    (call.inlined ? somewhere : called)[call.callee] = true;
  std::vector<Inlined> all;
  for (std::size_t i = 0; i < sums.places.size(); ++i)
    all.push_back(!somewhere[i] ? Inlined::kNowhere
                  : called[i]   ? Inlined::kPartly
                                : Inlined::kEverywhere);
  return all;
}

}  // namespace tidemark
