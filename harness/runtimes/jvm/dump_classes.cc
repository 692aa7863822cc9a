#include "harness/runtimes/jvm/dump_classes.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/runtimes/jvm/class_name.h"

namespace tidemark::jvm {
namespace {

// Fields that HotSpot adds and dumps do not have.
struct AddedFields {
  std::string_view class_name;
  std::uint32_t pointers = 0;
  FieldCounts fields;
};

constexpr AddedFields kAdded[] = {
    {"java.lang.Class", 2, {0, 2, 0, 0, 3}},
    {"java.lang.ClassLoader", 1, {}},
    {"java.lang.Module", 1, {}},
    {"java.lang.invoke.MemberName", 1, {}},
    {"java.lang.invoke.ResolvedMethodName", 1, {0, 0, 0, 0, 1}},
    {"java.lang.invoke.MethodHandleNatives$CallSiteContext",
     1,
     {1, 0, 0, 0, 0}},
    {"java.lang.StackFrameInfo", 0, {0, 0, 1, 0, 0}},
    {"java.lang.InternalError", 0, {0, 0, 0, 1, 0}},
};

void tally(FieldCounts& counts, HprofType type) {
  switch (type) {
    case HprofType::kObject:
      ++counts.references;
      return;
    case HprofType::kLong:
    case HprofType::kDouble:
      ++counts.wide;
      return;
    case HprofType::kInt:
    case HprofType::kFloat:
      ++counts.words;
      return;
    case HprofType::kShort:
    case HprofType::kChar:
      ++counts.halves;
      return;
    case HprofType::kByte:
    case HprofType::kBoolean:
      ++counts.bytes;
      return;
  }
}

// No program comes near it; a dump that does costs time without end.
constexpr std::uint32_t kDeepest = 1024;

}  // namespace

void DumpClasses::add_string(std::uint64_t id, std::string_view text) {
  strings_.push_back(
      {id, texts_.size(), static_cast<std::uint32_t>(text.size())});
  texts_ += text;
}

void DumpClasses::add_name(std::uint64_t class_id, std::uint64_t name) {
  name_of_class_[class_id] = name;
}

void DumpClasses::add_serial(std::uint32_t serial, std::uint64_t class_id) {
  class_of_serial_[serial] = class_id;
}

void DumpClasses::add(const HprofClass& record) {
  Type type;
  type.id = record.id;
  type.super_id = record.super;
  type.loader = record.loader;
  type.signers = record.signers;
  type.domain = record.domain;
  type.first_field = static_cast<std::uint32_t>(fields_.size());
  type.fields = static_cast<std::uint32_t>(record.fields.size());
  type.first_static = static_cast<std::uint32_t>(statics_.size());
  // Of static variables only references are asked for, but all have a size.
  type.statics = static_cast<std::uint32_t>(record.statics.size());
  fields_.insert(fields_.end(), record.fields.begin(), record.fields.end());
  statics_.insert(statics_.end(), record.statics.begin(), record.statics.end());
  by_id_.try_emplace(record.id, static_cast<TypeIndex>(types_.size()));
  types_.push_back(std::move(type));
}

std::string DumpClasses::finish(std::uint32_t id_bytes) {
  id_bytes_ = id_bytes;
  std::stable_sort(strings_.begin(), strings_.end(),
                   [](const Text& a, const Text& b) { return a.id < b.id; });
  for (Type& type : types_) {
    const auto known = name_of_class_.find(type.id);
    if (known != name_of_class_.end())
      type.name = readable_class(text(known->second));
    if (type.name.empty())
      type.name = fmt::format("a class without a name at {:#x}", type.id);
  }
  make_special_types();
  reference_type_ = type_named("java.lang.ref.Reference");
  soft_type_ = type_named("java.lang.ref.SoftReference");
  final_type_ = type_named("java.lang.ref.FinalReference");
  thread_type_ = type_named("java.lang.Thread");
  return link();
}

void DumpClasses::make_special_types() {
  by_name_.clear();
  // Names move when types are added: room for all of them first.
  types_.reserve(types_.size() + 10);
  for (TypeIndex i = 0; i < types_.size(); ++i)
    by_name_.try_emplace(types_[i].name, i);
  constexpr std::pair<HprofType, std::string_view> kArrays[] = {
      {HprofType::kBoolean, "boolean[]"}, {HprofType::kChar, "char[]"},
      {HprofType::kFloat, "float[]"},     {HprofType::kDouble, "double[]"},
      {HprofType::kByte, "byte[]"},       {HprofType::kShort, "short[]"},
      {HprofType::kInt, "int[]"},         {HprofType::kLong, "long[]"}};
  for (const auto& [type, name] : kArrays)
    primitives_[static_cast<std::size_t>(type)] =
        added(std::string(name), bytes_of(type, id_bytes_));
  class_type_ = added("java.lang.Class", 0);
  unknown_type_ = added("objects of classes that the dump does not have", 0);
}

TypeIndex DumpClasses::added(std::string name, std::uint32_t element_bytes) {
  TypeIndex type = type_named(name);
  if (type == kNoType) {
    type = static_cast<TypeIndex>(types_.size());
    types_.emplace_back();
    types_.back().name = std::move(name);
    by_name_.try_emplace(types_.back().name, type);
  }
  types_[type].element_bytes = element_bytes;
  return type;
}

// Superclasses, and how many bytes the fields of all have together.
std::string DumpClasses::link() {
  for (Type& type : types_)
    if (type.super_id != 0) type.super = type_of(type.super_id);
  std::vector<std::uint32_t> depth(types_.size(), 0);  // 0: not yet known
  std::vector<TypeIndex> chain;
  for (TypeIndex start = 0; start < types_.size(); ++start) {
    TypeIndex at = start;
    for (; at != kNoType && depth[at] == 0; at = types_[at].super) {
      chain.push_back(at);
      // One that inherits from itself comes here, too.
      if (chain.size() > kDeepest)
        return fmt::format("has a class with more than {} superclasses, {}",
                           kDeepest, types_[start].name);
    }
    for (; !chain.empty(); chain.pop_back()) {
      Type& type = types_[chain.back()];
      const bool top = type.super == kNoType;
      type.data_bytes = top ? 0 : types_[type.super].data_bytes;
      for (std::uint32_t i = 0; i < type.fields; ++i)
        type.data_bytes +=
            bytes_of(fields_[type.first_field + i].type, id_bytes_);
      depth[chain.back()] = top ? 1 : depth[type.super] + 1;
      if (depth[chain.back()] > kDeepest)
        return fmt::format("has a class with more than {} superclasses, {}",
                           kDeepest, type.name);
      supers_first_.push_back(chain.back());
    }
  }
  return {};
}

TypeIndex DumpClasses::type_of(std::uint64_t class_id) const {
  const auto known = by_id_.find(class_id);
  return known == by_id_.end() ? kNoType : known->second;
}

TypeIndex DumpClasses::type_named(std::string_view name) const {
  const auto known = by_name_.find(name);
  return known == by_name_.end() ? kNoType : known->second;
}

TypeIndex DumpClasses::type_of_serial(std::uint32_t serial) const {
  const auto known = class_of_serial_.find(serial);
  return known == class_of_serial_.end() ? kNoType : type_of(known->second);
}

TypeIndex DumpClasses::primitives(HprofType type) const {
  return primitives_[static_cast<std::size_t>(type)];
}

std::string_view DumpClasses::text(std::uint64_t string_id) const {
  const auto found = std::lower_bound(
      strings_.begin(), strings_.end(), string_id,
      [](const Text& text, std::uint64_t id) { return text.id < id; });
  if (found == strings_.end() || found->id != string_id) return {};
  return std::string_view(texts_).substr(found->begin, found->bytes);
}

bool DumpClasses::inherits(TypeIndex type, TypeIndex from) const {
  for (; type != kNoType; type = types_[type].super)
    if (type == from) return true;
  return false;
}

Hold DumpClasses::hold_of(TypeIndex declaring, TypeIndex type,
                          std::uint64_t name) const {
  if (declaring != reference_type_ && declaring != thread_type_)
    return Hold::kStrong;
  const std::string_view field = text(name);
  if (declaring == thread_type_)
    return field == "threadLocals" || field == "inheritableThreadLocals"
               ? Hold::kThreadLocal
               : Hold::kStrong;
  // The collector's own list of references that it has found.
  if (field == "discovered") return Hold::kWeak;
  if (field != "referent") return Hold::kStrong;
  const bool soft = (soft_type_ != kNoType && inherits(type, soft_type_)) ||
                    (final_type_ != kNoType && inherits(type, final_type_));
  return soft ? Hold::kSoft : Hold::kWeak;
}

std::span<const ReferenceField> DumpClasses::references(TypeIndex type) {
  Type& of = types_[type];
  if (!of.has_references) {
    of.has_references = true;
    of.first_reference = static_cast<std::uint32_t>(references_.size());
    std::uint32_t offset = 0;
    for (TypeIndex at = type; at != kNoType; at = types_[at].super) {
      for (std::uint32_t i = 0; i < types_[at].fields; ++i) {
        const HprofField& field = fields_[types_[at].first_field + i];
        if (field.type == HprofType::kObject)
          references_.push_back(
              {offset, hold_of(at, type, field.name), field.name});
        offset += bytes_of(field.type, id_bytes_);
      }
    }
    of.references =
        static_cast<std::uint32_t>(references_.size()) - of.first_reference;
  }
  return std::span(references_).subspan(of.first_reference, of.references);
}

std::span<const HprofStatic> DumpClasses::statics(TypeIndex type) const {
  return std::span(statics_).subspan(types_[type].first_static,
                                     types_[type].statics);
}

std::int64_t DumpClasses::offset_of(TypeIndex type,
                                    std::string_view name) const {
  std::int64_t offset = 0;
  for (TypeIndex at = type; at != kNoType; at = types_[at].super) {
    for (std::uint32_t i = 0; i < types_[at].fields; ++i) {
      const HprofField& field = fields_[types_[at].first_field + i];
      if (text(field.name) == name) return offset;
      offset += bytes_of(field.type, id_bytes_);
    }
  }
  return -1;
}

FieldCounts DumpClasses::counts_of(TypeIndex type) const {
  FieldCounts counts;
  for (std::uint32_t i = 0; i < types_[type].fields; ++i)
    tally(counts, fields_[types_[type].first_field + i].type);
  for (const AddedFields& added : kAdded) {
    if (added.class_name != types_[type].name) continue;
    (id_bytes_ == 8 ? counts.wide : counts.words) += added.pointers;
    counts.wide += added.fields.wide;
    counts.words += added.fields.words;
    counts.halves += added.fields.halves;
    counts.bytes += added.fields.bytes;
    counts.references += added.fields.references;
  }
  return counts;
}

std::vector<std::uint64_t> DumpClasses::instance_bytes(
    const LayoutRules& rules) const {
  std::vector<FieldLayout> layouts(types_.size());
  for (const TypeIndex type : supers_first_) {
    const TypeIndex super = types_[type].super;
    layouts[type] =
        with_fields(super == kNoType ? layout_of_object(rules) : layouts[super],
                    counts_of(type), rules);
  }
  std::vector<std::uint64_t> bytes;
  bytes.reserve(layouts.size());
  for (const FieldLayout& layout : layouts) bytes.push_back(layout.end);
  return bytes;
}

std::uint64_t DumpClasses::static_bytes(TypeIndex type,
                                        const LayoutRules& rules) const {
  FieldCounts counts;
  for (const HprofStatic& one : statics(type)) tally(counts, one.type);
  return with_fields({}, counts, rules).end;
}

}  // namespace tidemark::jvm
