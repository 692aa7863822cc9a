#include "harness/runtimes/jvm/dump_survey.h"

#include <algorithm>
#include <limits>

namespace tidemark::jvm {
namespace {

// The smallest record of an object: an array of nothing.
std::size_t most_objects(std::uint64_t bytes, std::uint32_t id_bytes) {
  return std::min<std::uint64_t>(bytes / (10 + id_bytes) + 1, kNoObject);
}

}  // namespace

DumpSurvey::DumpSurvey(std::uint64_t bytes, std::uint32_t id_bytes)
    : ids(most_objects(bytes, id_bytes)), id_bytes_(id_bytes) {}

std::string DumpSurvey::finish() {
  ids.finish();
  std::stable_sort(
      frames.begin(), frames.end(),
      [](const HprofFrame& a, const HprofFrame& b) { return a.id < b.id; });
  return classes.finish(id_bytes_);
}

const HprofFrame* DumpSurvey::frame_of(std::uint64_t id) const {
  const auto found =
      std::lower_bound(frames.begin(), frames.end(), id,
                       [](const HprofFrame& frame, std::uint64_t wanted) {
                         return frame.id < wanted;
                       });
  return found != frames.end() && found->id == id ? &*found : nullptr;
}

void DumpSurvey::on_string(std::uint64_t id, std::string_view text) {
  classes.add_string(id, text);
}

void DumpSurvey::on_load_class(std::uint32_t serial, std::uint64_t id,
                               std::uint64_t name) {
  classes.add_name(id, name);
  classes.add_serial(serial, id);
}

void DumpSurvey::on_frame(const HprofFrame& frame) { frames.push_back(frame); }

void DumpSurvey::on_trace(std::uint32_t serial,
                          const std::vector<std::uint64_t>& of) {
  traces[serial] = {in_traces.size(), static_cast<std::uint32_t>(of.size())};
  in_traces.insert(in_traces.end(), of.begin(), of.end());
}

void DumpSurvey::on_root(const HprofRootRecord& root) { roots.push_back(root); }

void DumpSurvey::on_object_at(std::uint64_t record, std::uint64_t end) {
  here_ = {record, end};
}

// Each is of one object, whose record has been read to its end.
void DumpSurvey::object(std::uint64_t id) {
  if (ids.size() == kNoObject) {
    complaint = "has more objects than this can count, 4 billion";
    enough = true;
    return;
  }
  if (ids.size() % kStride == 0) places.push_back(here_);
  ids.add(id);
}

void DumpSurvey::on_class(const HprofClass& record) {
  object(record.id);
  classes.add(record);
  most_references += 3;
}

void DumpSurvey::on_instance(std::uint64_t id, std::uint64_t,
                             std::span<const std::byte> fields) {
  object(id);
  most_references += fields.size() / id_bytes_;
}

void DumpSurvey::on_array(std::uint64_t id, std::uint64_t,
                          std::uint32_t count) {
  object(id);
  most_references += count;
}

void DumpSurvey::on_primitives(std::uint64_t id, HprofType, std::uint32_t,
                               std::span<const std::byte>) {
  object(id);
}

}  // namespace tidemark::jvm
