// What an inspector says: answers to calls, and events.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace tidemark::v8 {

// One message, taken apart as far as everybody needs it.
struct InspectorMessage {
  std::optional<std::int64_t> answers;  // the number of the call
  std::string_view result;              // of an answer: JSON
  std::string refusal;                  // of an answer: why the call failed
  std::string_view method;              // of an event; else empty
  // Of HeapProfiler.addHeapSnapshotChunk: a part of the snapshot's text.
  std::string_view chunk;
};

// Reuses its memory from one message to the next.
class MessageReader {
 public:
  MessageReader();
  ~MessageReader();
  MessageReader(MessageReader&&) noexcept;
  MessageReader& operator=(MessageReader&&) noexcept;

  // The views are valid until the next call. The error says in few words why
  // it is none of an inspector's messages.
  Result<InspectorMessage> read(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark::v8
