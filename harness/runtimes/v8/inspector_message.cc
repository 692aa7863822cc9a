#include "harness/runtimes/v8/inspector_message.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstring>
#include <utility>
#include <vector>

#include "harness/base/short_text.h"

namespace tidemark::v8 {
namespace {

constexpr std::string_view kChunkEvent = "HeapProfiler.addHeapSnapshotChunk";

tl::unexpected<Error> not_a_message(std::string_view text, const char* why) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("`{}` is no message of an inspector: {}",
                          one_line(text), why));
}

}  // namespace

struct MessageReader::Impl {
  simdjson::ondemand::parser parser;
  std::vector<char> padded;
  std::string method;
  std::string result;
};

MessageReader::MessageReader() : impl_(std::make_unique<Impl>()) {}
MessageReader::~MessageReader() = default;
MessageReader::MessageReader(MessageReader&&) noexcept = default;
MessageReader& MessageReader::operator=(MessageReader&&) noexcept = default;

Result<InspectorMessage> MessageReader::read(std::string_view text) {
  namespace json = simdjson::ondemand;
  Impl& own = *impl_;
  own.padded.resize(text.size() + simdjson::SIMDJSON_PADDING);
  std::memcpy(own.padded.data(), text.data(), text.size());
  json::document document;
  if (own.parser
          .iterate(simdjson::padded_string_view(own.padded.data(), text.size(),
                                                own.padded.size()))
          .get(document))
    return not_a_message(text, "it is not JSON");
  json::object object;
  if (document.get_object().get(object))
    return not_a_message(text, "it is not an object");

  InspectorMessage message;
  own.method.clear();
  own.result.clear();
  // A chunk is a view into the reader's memory. What is asked of a message
  // comes in the order in which V8 writes it; in another order it is found,
  // too, by looking twice.
  std::string_view word;
  if (object.find_field_unordered("method").get_string().get(word) ==
      simdjson::SUCCESS)
    own.method = word;
  std::int64_t number = 0;
  if (own.method.empty()) {
    if (object.find_field_unordered("id").get_int64().get(number))
      return not_a_message(text, "it has neither a method nor a number");
    message.answers = number;
    json::object result;
    if (object.find_field_unordered("result").get_object().get(result) ==
        simdjson::SUCCESS) {
      if (result.raw_json().get(word))
        return not_a_message(text, "its result has no end");
      own.result = word;
      message.result = own.result;
      return message;
    }
    json::object error;
    if (object.find_field_unordered("error").get_object().get(error))
      return not_a_message(text, "it has neither a result nor an error");
    if (error.find_field_unordered("message").get_string().get(word))
      word = "no reason is given";
    message.refusal = one_line(word, 200);
    if (message.refusal.empty()) message.refusal = "no reason is given";
    return message;
  }
  message.method = own.method;
  if (own.method != kChunkEvent) return message;
  if (object.find_field_unordered("params")["chunk"].get_string().get(
          message.chunk))
    return not_a_message(text, "its chunk is no text");
  return message;
}

}  // namespace tidemark::v8
