// The classes of a dump: their names, fields and loaders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/runtimes/jvm/hprof_walk.h"
#include "harness/runtimes/jvm/object_layout.h"

namespace tidemark::jvm {

// A number of a kind of objects: a class of one loader.
using TypeIndex = std::uint32_t;

inline constexpr TypeIndex kNoType = ~TypeIndex{0};

// What a reference from an object does to what it refers to.
enum class Hold : std::uint8_t {
  kStrong,
  kWeak,  // nothing: weak and phantom references
  // Keeps it if nothing else does: soft references; those whose finalizer is
  // still to run.
  kSoft,
  kThreadLocal,  // from a thread to the map of what is local to it
};

// A reference among the fields of an object.
struct ReferenceField {
  std::uint32_t offset = 0;  // in the object's bytes in the dump
  Hold hold = Hold::kStrong;
  std::uint64_t name = 0;  // of a string
};

class DumpClasses {
 public:
  DumpClasses() = default;
  DumpClasses(DumpClasses&&) = default;
  DumpClasses& operator=(DumpClasses&&) = default;

  // As the dump tells them, in any order.
  void add_string(std::uint64_t id, std::string_view text);
  void add_name(std::uint64_t class_id, std::uint64_t name);
  void add_serial(std::uint32_t serial, std::uint64_t class_id);
  void add(const HprofClass& record);

  // After the last of them. A complaint if classes inherit from themselves.
  std::string finish(std::uint32_t id_bytes);

  std::size_t count() const { return types_.size(); }

  TypeIndex type_of(std::uint64_t class_id) const;    // kNoType: none
  TypeIndex type_named(std::string_view name) const;  // the first; kNoType
  TypeIndex type_of_serial(std::uint32_t serial) const;
  // For arrays of primitives, for java.lang.Class, for objects of classes that
  // the dump does not have. There are after finish().
  TypeIndex primitives(HprofType type) const;
  TypeIndex class_type() const { return class_type_; }
  TypeIndex unknown_type() const { return unknown_type_; }

  const std::string& name(TypeIndex type) const { return types_[type].name; }
  std::uint64_t class_id(TypeIndex type) const { return types_[type].id; }
  std::uint64_t loader(TypeIndex type) const { return types_[type].loader; }
  std::uint64_t signers(TypeIndex type) const { return types_[type].signers; }
  std::uint64_t domain(TypeIndex type) const { return types_[type].domain; }
  std::string_view text(std::uint64_t string_id) const;  // empty: none

  TypeIndex super(TypeIndex type) const { return types_[type].super; }
  // All types, each behind its superclass.
  std::span<const TypeIndex> supers_first() const { return supers_first_; }
  bool inherits(TypeIndex type, TypeIndex from) const;

  // Bytes of an instance's fields in the dump.
  std::uint64_t data_bytes(TypeIndex type) const {
    return types_[type].data_bytes;
  }

  // Its own and those of its superclasses, by offset. Made when it is first
  // asked for. REQUIRES: some instance of it has data_bytes(), so that these
  // are no more than the dump has.
  std::span<const ReferenceField> references(TypeIndex type);

  std::span<const HprofStatic> statics(TypeIndex type) const;

  // Where a field of its own or a superclass is in an instance's bytes; -1:
  // it has no such field. The class nearest to `type` is meant.
  std::int64_t offset_of(TypeIndex type, std::string_view field) const;

  // Of the element that arrays of the type have; 0: no array of primitives.
  std::uint32_t element_bytes(TypeIndex type) const {
    return types_[type].element_bytes;
  }

  // Bytes of an instance of each type, not aligned.
  std::vector<std::uint64_t> instance_bytes(const LayoutRules& rules) const;

  // Its static variables, which are part of the java.lang.Class that stands
  // for it.
  std::uint64_t static_bytes(TypeIndex type, const LayoutRules& rules) const;

 private:
  struct Type {
    std::string name;
    std::uint64_t id = 0;
    std::uint64_t super_id = 0;
    std::uint64_t loader = 0;
    std::uint64_t signers = 0;
    std::uint64_t domain = 0;
    std::uint64_t data_bytes = 0;
    std::uint32_t first_field = 0;
    std::uint32_t fields = 0;
    std::uint32_t first_static = 0;
    std::uint32_t statics = 0;
    std::uint32_t first_reference = 0;
    std::uint32_t references = 0;
    TypeIndex super = kNoType;
    std::uint32_t element_bytes = 0;
    bool has_references = false;  // they were made
  };
  struct Text {
    std::uint64_t id = 0;
    std::size_t begin = 0;
    std::uint32_t bytes = 0;
  };

  std::string link();
  void make_special_types();
  TypeIndex added(std::string name, std::uint32_t element_bytes);
  Hold hold_of(TypeIndex declaring, TypeIndex type, std::uint64_t name) const;
  FieldCounts counts_of(TypeIndex type) const;

  std::vector<Type> types_;
  std::vector<HprofField> fields_;
  std::vector<HprofStatic> statics_;
  std::vector<ReferenceField> references_;
  std::string texts_;
  std::vector<Text> strings_;  // by id, after finish()
  std::unordered_map<std::uint64_t, std::uint64_t> name_of_class_;
  std::unordered_map<std::uint32_t, std::uint64_t> class_of_serial_;
  std::unordered_map<std::uint64_t, TypeIndex> by_id_;
  std::unordered_map<std::string_view, TypeIndex> by_name_;
  TypeIndex primitives_[12] = {};
  TypeIndex class_type_ = 0;
  TypeIndex unknown_type_ = 0;
  TypeIndex reference_type_ = kNoType;  // java.lang.ref.Reference
  TypeIndex soft_type_ = kNoType;
  TypeIndex final_type_ = kNoType;
  TypeIndex thread_type_ = kNoType;
  std::vector<TypeIndex> supers_first_;
  std::uint32_t id_bytes_ = 8;
};

}  // namespace tidemark::jvm
