#include "harness/runtimes/jvm/reference_names.h"

namespace tidemark::jvm {

std::string reference_name(DumpSurvey& survey, ObjectReader& reader,
                           const ObjectGraph& graph, std::uint32_t id_bytes,
                           ObjectIndex from, std::uint32_t edge) {
  const DumpObject object = reader.read(from);
  switch (object.kind) {
    case DumpObject::Kind::kArray:
      return "[]";
    case DumpObject::Kind::kClass:
      return "class loader";
    case DumpObject::Kind::kInstance:
      break;
    default:
      return {};
  }
  if (object.type == kNoType ||
      survey.classes.data_bytes(object.type) != object.bytes.size())
    return {};
  std::uint32_t left = edge - graph.first[from];
  std::string name;
  each_reference(
      survey.classes, object.type, object.bytes, id_bytes,
      [&](const ReferenceField& field, std::uint64_t) {
        if (left-- == 0) name = survey.classes.text(field.name);
      },
      [](const ReferenceField&, std::uint64_t) {});
  return name;
}

}  // namespace tidemark::jvm
