#include "harness/runtimes/jvm/object_reader.h"

#include <algorithm>

namespace tidemark::jvm {
namespace {

// Goes on to one object, from the nearest one before it whose place is known.
class OneObject final : public HprofVisitor {
 public:
  OneObject(const DumpClasses& classes, std::size_t before)
      : classes_(classes), before_(before) {}

  DumpObject found;

  void on_class(const HprofClass& record) override {
    if (!its_turn()) return;
    found.kind = DumpObject::Kind::kClass;
    found.type = classes_.type_of(record.id);
  }

  void on_instance(std::uint64_t, std::uint64_t class_id,
                   std::span<const std::byte> fields) override {
    if (!its_turn()) return;
    found.kind = DumpObject::Kind::kInstance;
    found.type = classes_.type_of(class_id);
    found.bytes.assign(fields.begin(), fields.end());
  }

  void on_array(std::uint64_t, std::uint64_t class_id, std::uint32_t) override {
    if (!its_turn()) return;
    found.kind = DumpObject::Kind::kArray;
    found.type = classes_.type_of(class_id);
  }

  void on_primitives(std::uint64_t, HprofType type, std::uint32_t,
                     std::span<const std::byte> start) override {
    if (!its_turn()) return;
    found.kind = DumpObject::Kind::kPrimitives;
    found.type = classes_.primitives(type);
    found.element = type;
    found.bytes.assign(start.begin(), start.end());
  }

 private:
  bool its_turn() {
    if (before_-- > 0) return false;
    enough = true;
    return true;
  }

  const DumpClasses& classes_;
  std::size_t before_;
};

void append_utf8(std::string& text, std::uint32_t letter) {
  if (letter < 0x80) {
    text += static_cast<char>(letter);
  } else if (letter < 0x800) {
    text += static_cast<char>(0xc0 | letter >> 6);
    text += static_cast<char>(0x80 | (letter & 0x3f));
  } else {
    text += static_cast<char>(0xe0 | letter >> 12);
    text += static_cast<char>(0x80 | (letter >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (letter & 0x3f));
  }
}

}  // namespace

DumpObject ObjectReader::read(ObjectIndex object) {
  const std::size_t place = object / DumpSurvey::kStride;
  if (object >= survey_.ids.size() || place >= survey_.places.size()) return {};
  OneObject one(survey_.classes, object % DumpSurvey::kStride);
  walk_from(stream_, survey_.places[place].record, survey_.places[place].end,
            one);
  return std::move(one.found);
}

std::uint64_t ObjectReader::reference(const DumpObject& object,
                                      std::string_view field) const {
  if (object.kind != DumpObject::Kind::kInstance || object.type == kNoType)
    return 0;
  const std::int64_t offset = survey_.classes.offset_of(object.type, field);
  const std::size_t bytes = stream_.id_bytes();
  if (offset < 0 ||
      static_cast<std::size_t>(offset) + bytes > object.bytes.size())
    return 0;
  return big_endian(object.bytes.data() + offset, bytes);
}

std::string ObjectReader::string_of(std::uint64_t id) {
  const ObjectIndex at = id == 0 ? kNoObject : survey_.ids.find(id);
  if (at == kNoObject) return {};
  const DumpObject string = read(at);
  const ObjectIndex value = survey_.ids.find(reference(string, "value"));
  if (value == kNoObject) return {};
  const DumpObject letters = read(value);
  if (letters.kind != DumpObject::Kind::kPrimitives) return {};
  // Before 9 an array of char; since then of bytes in the machine's order,
  // Latin-1 if the coder says so.
  std::string text;
  const std::vector<std::byte>& bytes = letters.bytes;
  if (letters.element == HprofType::kChar) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
      append_utf8(text, static_cast<std::uint32_t>(big_endian(&bytes[i], 2)));
    return text;
  }
  const std::int64_t coder = survey_.classes.offset_of(string.type, "coder");
  const bool wide =
      coder >= 0 && static_cast<std::size_t>(coder) < string.bytes.size() &&
      string.bytes[static_cast<std::size_t>(coder)] != std::byte{0};
  if (!wide) {
    for (const std::byte letter : bytes)
      append_utf8(text, std::to_integer<std::uint32_t>(letter));
    return text;
  }
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
    append_utf8(text, std::to_integer<std::uint32_t>(bytes[i]) |
                          std::to_integer<std::uint32_t>(bytes[i + 1]) << 8);
  return text;
}

}  // namespace tidemark::jvm
