// The second reading of a dump: its objects and who refers to whom.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/runtimes/jvm/dump_survey.h"
#include "harness/runtimes/managed/object_graph.h"

namespace tidemark::jvm {

// What is wrong where the two readings differ in the number of objects.
inline constexpr std::string_view kChanged =
    "has changed since it was read for the first time";

// Where an object refers to another in a way that is told as a root's.
struct RootedReference {
  ObjectIndex from = 0;
  ObjectIndex to = 0;

  bool operator==(const RootedReference&) const = default;
};

// References of an instance, in the order in which the graph has them:
// see(field, identifier), or, of those that are no edges, aside(field,
// identifier).
template <class See, class Aside>
void each_reference(DumpClasses& classes, TypeIndex type,
                    std::span<const std::byte> fields, std::uint32_t id_bytes,
                    See see, Aside aside) {
  for (const ReferenceField& field : classes.references(type)) {
    const std::uint64_t id = big_endian(fields.data() + field.offset, id_bytes);
    if (id == 0 || field.hold == Hold::kWeak) continue;
    if (field.hold == Hold::kSoft || field.hold == Hold::kThreadLocal)
      aside(field, id);
    else
      see(field, id);
  }
}

class DumpGraph final : public HprofVisitor {
 public:
  // `survey` is finished, and outlives it.
  explicit DumpGraph(DumpSurvey& survey, std::uint32_t id_bytes);

  // Its `self` has elements of arrays in place of bytes, and it has no roots.
  // A reference to what is not in the dump leads back to where it comes from.
  ObjectGraph graph;
  std::vector<bool> array_types;
  std::vector<std::pair<ObjectIndex, TypeIndex>> mirrors;
  // From soft references, and from threads to what is local to them.
  std::vector<RootedReference> soft;
  std::vector<RootedReference> thread_locals;

  void on_class(const HprofClass& record) override;
  void on_instance(std::uint64_t id, std::uint64_t class_id,
                   std::span<const std::byte> fields) override;
  void on_array(std::uint64_t id, std::uint64_t class_id,
                std::uint32_t count) override;
  void on_elements(std::span<const std::byte> elements) override;
  void on_primitives(std::uint64_t id, HprofType type, std::uint32_t count,
                     std::span<const std::byte> start) override;

 private:
  // The next object, whose edges follow; false: there are more than there were.
  bool object(TypeIndex type, std::uint32_t count);
  void edge(std::uint64_t id);
  void complain(std::string text);
  TypeIndex known_type(std::uint64_t class_id);

  DumpSurvey& survey_;
  std::uint32_t id_bytes_;
  ObjectIndex here_ = 0;
  std::uint64_t last_class_ = 0;
  TypeIndex last_type_ = kNoType;
};

}  // namespace tidemark::jvm
