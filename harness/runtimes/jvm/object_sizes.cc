#include "harness/runtimes/jvm/object_sizes.h"

#include <algorithm>
#include <limits>

namespace tidemark::jvm {
namespace {

// As many neighbours as decide between rules.
constexpr std::size_t kLookedAt = 1 << 20;
// Fewer say nothing about alignment.
constexpr std::size_t kFew = 64;
// Below this share of neighbours without a gap the heap has holes, and a gap
// says nothing about the object before it.
constexpr double kCompact = 0.9;

// Bytes of the reference type's elements and of instances by one set of rules.
class RuledSizes {
 public:
  RuledSizes(const DumpClasses& classes, const SizedObjects& objects,
             const LayoutRules& rules, std::uint64_t alignment)
      : rules_(rules), alignment_(alignment) {
    instance_ = classes.instance_bytes(rules);
    element_.resize(instance_.size(), 0);
    for (TypeIndex type = 0; type < element_.size(); ++type) {
      instance_[type] = aligned(instance_[type], alignment);
      if (classes.element_bytes(type) > 0)
        element_[type] = classes.element_bytes(type);
      else if (objects.array_types[type])
        element_[type] = rules.reference;
    }
  }

  std::uint64_t bytes(TypeIndex type, std::uint32_t count) const {
    return element_[type] > 0
               ? array_bytes(rules_, count, element_[type], alignment_)
               : instance_[type];
  }

  bool is_array(TypeIndex type) const { return element_[type] > 0; }
  std::uint64_t instance(TypeIndex type) const { return instance_[type]; }
  void set_instance(TypeIndex type, std::uint64_t bytes) {
    instance_[type] = bytes;
  }

 private:
  LayoutRules rules_;
  std::uint64_t alignment_;
  std::vector<std::uint64_t> instance_;
  std::vector<std::uint32_t> element_;
};

struct Agreement {
  std::size_t agree = 0;
  std::size_t overlap = 0;
  std::size_t looked_at = 0;
};

Agreement agreement(const ObjectIds& ids, const SizedObjects& objects,
                    const std::vector<bool>& is_mirror_type,
                    const RuledSizes& sizes) {
  Agreement found;
  const std::size_t every = ids.size() / kLookedAt + 1;
  std::size_t turn = 0;
  ids.each_gap([&](ObjectIndex object, std::uint64_t gap) {
    if (turn++ % every != 0) return;
    const TypeIndex type = objects.type[object];
    if (is_mirror_type[type]) return;
    ++found.looked_at;
    const std::uint64_t bytes = sizes.bytes(type, objects.self[object]);
    found.agree += bytes == gap;
    found.overlap += bytes > gap;
  });
  return found;
}

// Where no rules fit: what a JVM does whose addresses are these.
LayoutRules by_default(const ObjectIds& ids, std::uint32_t id_bytes) {
  constexpr std::uint64_t kCompressedBelow = std::uint64_t{32} << 30;
  const std::span<const LayoutRules> all = all_layout_rules();
  if (id_bytes == 4) return all.back();
  return ids.highest() < kCompressedBelow ? all[0] : all[1];
}

// Of each type, how near the next object comes to one of it, and how often.
struct Nearest {
  std::uint64_t gap = std::numeric_limits<std::uint64_t>::max();
  std::uint32_t times = 0;
  std::uint32_t objects = 0;
};

// Padding against false sharing and fields that are the JVM's own are in no
// dump; addresses have them. Subclasses have what their superclass has.
void correct_by_addresses(const DumpClasses& classes, const ObjectIds& ids,
                          const SizedObjects& objects, double share,
                          RuledSizes& sizes) {
  constexpr std::uint32_t kSome = 4;
  std::vector<Nearest> nearest(classes.count());
  ids.each_gap([&](ObjectIndex object, std::uint64_t gap) {
    Nearest& of = nearest[objects.type[object]];
    ++of.objects;
    if (gap < of.gap) {
      of.gap = gap;
      of.times = 0;
    }
    of.times += gap == of.gap;
  });
  std::vector<std::uint64_t> more(classes.count(), 0);
  for (const TypeIndex type : classes.supers_first()) {
    if (sizes.is_array(type)) continue;
    const TypeIndex super = classes.super(type);
    if (super != kNoType) more[type] = more[super];
    const std::uint64_t ruled = sizes.instance(type);
    const Nearest& of = nearest[type];
    std::uint64_t bytes = ruled + more[type];
    const bool always = share >= kCompact && of.objects >= kSome &&
                        of.times > of.objects / 10 * 9;
    if (of.gap > 0 && (of.gap < bytes || always)) bytes = of.gap;
    more[type] = bytes > ruled ? bytes - ruled : 0;
    sizes.set_instance(type, bytes);
  }
}

std::uint32_t cut(std::uint64_t bytes) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(
      bytes, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

SizeRules set_sizes(const DumpClasses& classes, const ObjectIds& ids,
                    std::uint32_t id_bytes, SizedObjects objects) {
  SizeRules found;
  found.layout = by_default(ids, id_bytes);
  if (ids.size() >= kFew)
    found.alignment = std::clamp<std::uint64_t>(ids.alignment(), 8, 256);
  // Those that stand for classes have static variables and are of any size.
  std::vector<bool> is_mirror_type(classes.count(), false);
  is_mirror_type[classes.class_type()] = true;
  std::size_t most = 0;
  for (const LayoutRules& rules : all_layout_rules()) {
    const Agreement with =
        agreement(ids, objects, is_mirror_type,
                  RuledSizes(classes, objects, rules, found.alignment));
    // Rules that let objects overlap are wrong, whatever else agrees.
    const std::size_t score =
        with.agree - std::min(with.agree, with.overlap * 2);
    if (score <= most) continue;
    most = score;
    found.layout = rules;
    found.share =
        static_cast<double>(with.agree) / static_cast<double>(with.looked_at);
  }
  RuledSizes sizes(classes, objects, found.layout, found.alignment);
  const std::uint64_t mirror =
      classes.instance_bytes(found.layout)[classes.class_type()];
  if (most > 0) correct_by_addresses(classes, ids, objects, found.share, sizes);
  for (std::size_t i = 0; i < objects.type.size(); ++i)
    objects.self[i] = cut(sizes.bytes(objects.type[i], objects.self[i]));
  for (const auto& [object, type] : objects.mirrors)
    objects.self[object] = cut(aligned(
        mirror + classes.static_bytes(type, found.layout), found.alignment));
  return found;
}

}  // namespace tidemark::jvm
