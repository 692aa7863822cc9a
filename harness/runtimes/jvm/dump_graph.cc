#include "harness/runtimes/jvm/dump_graph.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace tidemark::jvm {

DumpGraph::DumpGraph(DumpSurvey& survey, std::uint32_t id_bytes)
    : survey_(survey), id_bytes_(id_bytes) {
  wants_elements = true;
  const std::size_t objects = survey.ids.size();
  graph.type.reserve(objects);
  graph.self.reserve(objects);
  graph.first.reserve(objects + 1);
  // Room that is set aside, and no memory as long as nothing is in it.
  graph.to.reserve(survey.most_references);
  array_types.resize(survey.classes.count(), false);
  for (TypeIndex type = 0; type < survey.classes.count(); ++type)
    graph.type_names.push_back(survey.classes.name(type));
  graph.first.push_back(0);
}

bool DumpGraph::object(TypeIndex type, std::uint32_t count) {
  // The file was written to since the first reading.
  if (graph.type.size() == survey_.ids.size()) {
    complain(std::string(kChanged));
    return false;
  }
  here_ = static_cast<ObjectIndex>(graph.type.size());
  graph.type.push_back(type);
  graph.self.push_back(count);
  graph.first.push_back(graph.first.back());
  return true;
}

void DumpGraph::complain(std::string text) {
  complaint = std::move(text);
  enough = true;
}

void DumpGraph::edge(std::uint64_t id) {
  if (graph.to.size() == std::numeric_limits<std::uint32_t>::max())
    return complain("has more references than this can count, 4 billion");
  const ObjectIndex found = survey_.ids.find(id);
  graph.to.push_back(found == kNoObject ? here_ : found);
  ++graph.first.back();
}

TypeIndex DumpGraph::known_type(std::uint64_t class_id) {
  if (class_id == last_class_ && last_type_ != kNoType) return last_type_;
  const TypeIndex type = survey_.classes.type_of(class_id);
  last_class_ = class_id;
  last_type_ = type == kNoType ? survey_.classes.unknown_type() : type;
  return last_type_;
}

void DumpGraph::on_class(const HprofClass& record) {
  if (!object(survey_.classes.class_type(), 0)) return;
  mirrors.emplace_back(here_, known_type(record.id));
  for (const std::uint64_t id : {record.loader, record.signers, record.domain})
    if (id != 0) edge(id);
}

void DumpGraph::on_instance(std::uint64_t, std::uint64_t class_id,
                            std::span<const std::byte> fields) {
  const TypeIndex type = known_type(class_id);
  const DumpClasses& classes = survey_.classes;
  if (type != classes.unknown_type() &&
      classes.data_bytes(type) != fields.size()) {
    complain(fmt::format(
        "has an object of the class {} with {} bytes, and its fields have {}",
        classes.name(type), fields.size(), classes.data_bytes(type)));
    return;
  }
  if (!object(type, 0)) return;
  const auto aside = [&](const ReferenceField& field, std::uint64_t id) {
    const ObjectIndex to = survey_.ids.find(id);
    if (to == kNoObject) return;
    (field.hold == Hold::kSoft ? soft : thread_locals).push_back({here_, to});
  };
  if (type != classes.unknown_type())
    each_reference(
        survey_.classes, type, fields, id_bytes_,
        [&](const ReferenceField&, std::uint64_t id) { edge(id); }, aside);
}

void DumpGraph::on_array(std::uint64_t, std::uint64_t class_id,
                         std::uint32_t count) {
  const TypeIndex type = known_type(class_id);
  array_types[type] = true;
  object(type, count);
}

void DumpGraph::on_elements(std::span<const std::byte> elements) {
  if (enough) return;
  for (std::size_t at = 0; at + id_bytes_ <= elements.size(); at += id_bytes_)
    if (const std::uint64_t id = big_endian(&elements[at], id_bytes_); id != 0)
      edge(id);
}

void DumpGraph::on_primitives(std::uint64_t, HprofType type,
                              std::uint32_t count, std::span<const std::byte>) {
  object(survey_.classes.primitives(type), count);
}

}  // namespace tidemark::jvm
