// The records of a dump, one after the other, as the format has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/runtimes/jvm/hprof_stream.h"

namespace tidemark::jvm {

// As the format numbers them.
enum class HprofType : std::uint8_t {
  kObject = 2,
  kBoolean = 4,
  kChar = 5,
  kFloat = 6,
  kDouble = 7,
  kByte = 8,
  kShort = 9,
  kInt = 10,
  kLong = 11,
};

// Bytes of a value in the dump; 0: there is no such type.
std::uint32_t bytes_of(HprofType type, std::uint32_t id_bytes);

enum class HprofRoot : std::uint8_t {
  kJniGlobal = 0x01,
  kJniLocal = 0x02,
  kJavaFrame = 0x03,
  kNativeStack = 0x04,
  kStickyClass = 0x05,
  kThreadBlock = 0x06,
  kMonitor = 0x07,
  kThread = 0x08,
  kUnknown = 0xff,
};

struct HprofRootRecord {
  HprofRoot kind = HprofRoot::kUnknown;
  std::uint64_t object = 0;
  std::uint32_t thread = 0;  // its serial; 0: of none
  // In the thread's stack trace; of kThread the trace's serial.
  std::uint32_t frame = 0;
};

struct HprofField {
  std::uint64_t name = 0;
  HprofType type = HprofType::kObject;
};

struct HprofStatic {
  std::uint64_t name = 0;
  std::uint64_t object = 0;  // 0 if it is no reference
  HprofType type = HprofType::kObject;
};

struct HprofClass {
  std::uint64_t id = 0;
  std::uint64_t super = 0;
  std::uint64_t loader = 0;
  std::uint64_t signers = 0;
  std::uint64_t domain = 0;
  std::vector<HprofStatic> statics;
  std::vector<HprofField> fields;  // its own, not those of `super`
};

struct HprofFrame {
  std::uint64_t id = 0;
  std::uint64_t method = 0;
  std::uint64_t file = 0;
  std::uint32_t class_serial = 0;
  std::int32_t line = 0;  // 0 or less: not known
};

// What a walk tells. Views are valid during the call.
class HprofVisitor {
 public:
  virtual ~HprofVisitor() = default;

  virtual void on_string(std::uint64_t, std::string_view) {}
  virtual void on_load_class(std::uint32_t /*serial*/, std::uint64_t /*id*/,
                             std::uint64_t /*name*/) {}
  virtual void on_frame(const HprofFrame&) {}
  virtual void on_trace(std::uint32_t /*serial*/,
                        const std::vector<std::uint64_t>& /*frames*/) {}
  virtual void on_root(const HprofRootRecord&) {}
  virtual void on_class(const HprofClass&) {}
  virtual void on_instance(std::uint64_t /*id*/, std::uint64_t /*class_id*/,
                           std::span<const std::byte> /*fields*/) {}
  virtual void on_array(std::uint64_t /*id*/, std::uint64_t /*class_id*/,
                        std::uint32_t /*count*/) {}
  // Elements of the array before it, in pieces.
  virtual void on_elements(std::span<const std::byte>) {}
  // `start` has the first elements, all of them if they are few.
  virtual void on_primitives(std::uint64_t /*id*/, HprofType,
                             std::uint32_t /*count*/,
                             std::span<const std::byte> /*start*/) {}

  // Before each object and class of the heap: where its record is, and where
  // the part of the dump that it is in ends.
  virtual void on_object_at(std::uint64_t /*record*/, std::uint64_t /*end*/) {}

  // Whether elements of arrays are wanted; else they are skipped.
  bool wants_elements = false;
  bool enough = false;    // set by a visitor that has what it wants, or
  std::string complaint;  // what it has against the record that it was told of
};

// What of a dump could be read.
struct HprofWalk {
  std::uint64_t good = 0;  // all records before this byte
  std::string complaint;   // empty: all of it
  bool truncated = false;  // the file ends where a record or the heap goes on
};

// The file's beginning: sets the stream's id_bytes, or says what it is instead.
std::string read_hprof_header(HprofStream& stream);

// All records from the stream's position, behind the header.
HprofWalk walk_records(HprofStream& stream, HprofVisitor& visitor);

// From an object's record on, as on_object_at() has told it.
HprofWalk walk_from(HprofStream& stream, std::uint64_t record,
                    std::uint64_t end, HprofVisitor& visitor);

}  // namespace tidemark::jvm
