// Single objects of a dump, read again when somebody asks for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/runtimes/jvm/dump_survey.h"

namespace tidemark::jvm {

struct DumpObject {
  enum class Kind : std::uint8_t {
    kNone,
    kInstance,
    kArray,
    kPrimitives,
    kClass
  };

  Kind kind = Kind::kNone;  // kNone: it cannot be read any more
  TypeIndex type = kNoType;
  HprofType element = HprofType::kByte;  // of kPrimitives
  // Fields of an instance; the first elements of an array of primitives.
  std::vector<std::byte> bytes;
};

class ObjectReader {
 public:
  // All must outlive it.
  ObjectReader(HprofStream& stream, const DumpSurvey& survey)
      : stream_(stream), survey_(survey) {}

  DumpObject read(ObjectIndex object);

  // What a field of an instance refers to; 0: nothing, or it has none.
  std::uint64_t reference(const DumpObject& object,
                          std::string_view field) const;

  // The text of a java.lang.String in UTF-8, its beginning if it is long;
  // empty if that identifier is no string's.
  std::string string_of(std::uint64_t id);

 private:
  HprofStream& stream_;
  const DumpSurvey& survey_;
};

}  // namespace tidemark::jvm
