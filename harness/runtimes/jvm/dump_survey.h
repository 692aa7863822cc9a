// The first reading of a dump: which classes, objects and roots there are.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/runtimes/jvm/dump_classes.h"
#include "harness/runtimes/jvm/hprof_walk.h"
#include "harness/runtimes/jvm/object_ids.h"

namespace tidemark::jvm {

// A place in the dump from which objects can be read again.
struct DumpPlace {
  std::uint64_t record = 0;
  std::uint64_t end = 0;  // of the part that it is in
};

class DumpSurvey final : public HprofVisitor {
 public:
  // Of so many objects one has its place kept.
  static constexpr std::size_t kStride = 256;

  // `bytes`: of the dump, which bounds what there can be.
  DumpSurvey(std::uint64_t bytes, std::uint32_t id_bytes);

  DumpClasses classes;
  ObjectIds ids;
  std::vector<HprofRootRecord> roots;
  std::vector<HprofFrame> frames;        // by id, after finish()
  std::vector<std::uint64_t> in_traces;  // ids of frames
  // By serial: where its frames begin, and how many they are.
  std::unordered_map<std::uint32_t, std::pair<std::size_t, std::uint32_t>>
      traces;
  std::vector<DumpPlace> places;  // of objects 0, kStride, 2 * kStride …
  std::uint64_t most_references = 0;

  // After the walk; a complaint if the classes are no classes.
  std::string finish();

  const HprofFrame* frame_of(std::uint64_t id) const;

  void on_string(std::uint64_t id, std::string_view text) override;
  void on_load_class(std::uint32_t serial, std::uint64_t id,
                     std::uint64_t name) override;
  void on_frame(const HprofFrame& frame) override;
  void on_trace(std::uint32_t serial,
                const std::vector<std::uint64_t>& frames) override;
  void on_root(const HprofRootRecord& root) override;
  void on_object_at(std::uint64_t record, std::uint64_t end) override;
  void on_class(const HprofClass& record) override;
  void on_instance(std::uint64_t id, std::uint64_t class_id,
                   std::span<const std::byte> fields) override;
  void on_array(std::uint64_t id, std::uint64_t class_id,
                std::uint32_t count) override;
  void on_primitives(std::uint64_t id, HprofType type, std::uint32_t count,
                     std::span<const std::byte> start) override;

 private:
  void object(std::uint64_t id);

  std::uint32_t id_bytes_;
  DumpPlace here_;
};

}  // namespace tidemark::jvm
