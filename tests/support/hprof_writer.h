// Heap dumps of JVMs that never ran, record by record as the format has them:
// right ones for tests, and wrong ones where a test says so.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/runtimes/jvm/hprof_walk.h"

namespace tidemark::testing {

// A field or static variable with its value; of an object its identifier.
struct HprofValue {
  std::string name;
  jvm::HprofType type = jvm::HprofType::kObject;
  std::uint64_t value = 0;
};

class HprofWriter {
 public:
  explicit HprofWriter(std::uint32_t id_bytes = 8,
                       std::string version = "1.0.2")
      : id_bytes_(id_bytes), version_(std::move(version)) {}

  // The identifier of a string, which is written once.
  std::uint64_t text(const std::string& text) {
    const auto [known, fresh] = texts_.try_emplace(text, 0);
    if (fresh) {
      known->second = next_text_++;
      std::string body = identifier(known->second) + text;
      head_ += record(0x01, body);
    }
    return known->second;
  }

  struct Class {
    std::uint64_t id = 0;
    std::string name;  // "com/x/Room", "[B"
    std::uint64_t super = 0;
    std::uint64_t loader = 0;
    std::vector<HprofValue> fields;  // values are not used
    std::vector<HprofValue> statics;
  };

  // Of HprofFrame::class_serial.
  std::uint32_t add_class(const Class& of) {
    const std::uint32_t serial = next_serial_++;
    head_ += record(0x02, number(serial, 4) + identifier(of.id) + number(0, 4) +
                              identifier(text(of.name)));
    std::string body = "\x20" + identifier(of.id) + number(0, 4) +
                       identifier(of.super) + identifier(of.loader);
    for (int i = 0; i < 4; ++i) body += identifier(0);
    body += number(0, 4) + number(0, 2);
    body += number(of.statics.size(), 2);
    for (const HprofValue& one : of.statics)
      body += identifier(text(one.name)) + type_byte(one.type) + value(one);
    body += number(of.fields.size(), 2);
    for (const HprofValue& one : of.fields)
      body += identifier(text(one.name)) + type_byte(one.type);
    heap_ += body;
    return serial;
  }

  // Values in the order of the class's own fields, then its superclass's.
  void add_object(std::uint64_t id, std::uint64_t class_id,
                  const std::vector<HprofValue>& values) {
    std::string data;
    for (const HprofValue& one : values) data += value(one);
    heap_ += "\x21" + identifier(id) + number(0, 4) + identifier(class_id) +
             number(data.size(), 4) + data;
  }

  void add_array(std::uint64_t id, std::uint64_t class_id,
                 const std::vector<std::uint64_t>& elements) {
    heap_ += "\x22" + identifier(id) + number(0, 4) +
             number(elements.size(), 4) + identifier(class_id);
    for (const std::uint64_t element : elements) heap_ += identifier(element);
  }

  void add_primitives(std::uint64_t id, jvm::HprofType type,
                      const std::vector<std::uint64_t>& elements) {
    heap_ += "\x23" + identifier(id) + number(0, 4) +
             number(elements.size(), 4) + type_byte(type);
    for (const std::uint64_t element : elements)
      heap_ += value({"", type, element});
  }

  // `rest`: what the kind of root has behind the object's identifier.
  void add_root(jvm::HprofRoot kind, std::uint64_t object,
                const std::vector<std::uint32_t>& rest = {}) {
    heap_ += static_cast<char>(kind);
    heap_ += identifier(object);
    if (kind == jvm::HprofRoot::kJniGlobal) heap_ += identifier(0);
    for (const std::uint32_t one : rest) heap_ += number(one, 4);
  }

  void add_frame(std::uint64_t id, const std::string& method,
                 const std::string& file, std::uint32_t class_serial,
                 std::uint32_t line) {
    const std::string body = identifier(id) + identifier(text(method)) +
                             identifier(0) + identifier(text(file)) +
                             number(class_serial, 4) + number(line, 4);
    head_ += record(0x04, body);
  }

  void add_trace(std::uint32_t serial, std::uint32_t thread,
                 const std::vector<std::uint64_t>& frames) {
    std::string body =
        number(serial, 4) + number(thread, 4) + number(frames.size(), 4);
    for (const std::uint64_t frame : frames) body += identifier(frame);
    head_ += record(0x05, body);
  }

  // What follows is in a part of its own.
  void begin_segment() {
    segments_.push_back(heap_);
    heap_.clear();
  }

  // As it is, into the heap or before it.
  void add_raw(std::string_view bytes) { heap_ += bytes; }
  void add_raw_record(std::uint8_t tag, const std::string& body) {
    head_ += record(tag, body);
  }

  std::string identifier(std::uint64_t id) const {
    return number(id, id_bytes_);
  }

  static std::string number(std::uint64_t value, std::size_t bytes) {
    std::string text;
    for (std::size_t i = bytes; i > 0; --i)
      text += static_cast<char>(value >> (8 * (i - 1)));
    return text;
  }

  // The whole dump. In pieces, as 1.0.2 has it, or in one.
  std::string bytes() const {
    std::string all = "JAVA PROFILE " + version_;
    all += '\0';
    all += number(id_bytes_, 4) + number(0, 8) + head_;
    if (version_ == "1.0.1") {
      std::string heap;
      for (const std::string& segment : segments_) heap += segment;
      return all + record(0x0c, heap + heap_);
    }
    for (const std::string& segment : segments_) all += record(0x1c, segment);
    return all + record(0x1c, heap_) + record(0x2c, "");
  }

 private:
  static std::string record(std::uint8_t tag, const std::string& body) {
    return std::string(1, static_cast<char>(tag)) + number(0, 4) +
           number(body.size(), 4) + body;
  }
  static std::string type_byte(jvm::HprofType type) {
    return number(static_cast<std::uint8_t>(type), 1);
  }
  std::string value(const HprofValue& of) const {
    return number(of.value, jvm::bytes_of(of.type, id_bytes_));
  }

  std::uint32_t id_bytes_;
  std::string version_;
  std::string head_;
  std::string heap_;
  std::vector<std::string> segments_;
  std::map<std::string, std::uint64_t> texts_;
  std::uint64_t next_text_ = 1;
  std::uint32_t next_serial_ = 1;
};

}  // namespace tidemark::testing
