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
  simdjson::dom::parser parser;
  std::vector<char> padded;
  std::string result;
};

MessageReader::MessageReader() : impl_(std::make_unique<Impl>()) {}
MessageReader::~MessageReader() = default;
MessageReader::MessageReader(MessageReader&&) noexcept = default;
MessageReader& MessageReader::operator=(MessageReader&&) noexcept = default;

// Parsed as a whole: what simdjson reads on demand it does not check.
Result<InspectorMessage> MessageReader::read(std::string_view text) {
  namespace json = simdjson::dom;
  Impl& own = *impl_;
  own.padded.resize(text.size() + simdjson::SIMDJSON_PADDING);
  std::memcpy(own.padded.data(), text.data(), text.size());
  json::element document;
  if (own.parser.parse(own.padded.data(), text.size(), false).get(document))
    return not_a_message(text, "it is not JSON");
  json::object object;
  if (document.get_object().get(object))
    return not_a_message(text, "it is not an object");

  // Texts are views into the parser's memory.
  InspectorMessage message;
  if (object["method"].get_string().get(message.method) ||
      message.method.empty()) {
    message.method = {};
    std::int64_t number = 0;
    if (object["id"].get_int64().get(number))
      return not_a_message(text, "it has neither a method nor a number");
    message.answers = number;
    json::object result;
    if (object["result"].get_object().get(result) == simdjson::SUCCESS) {
      own.result = simdjson::minify(result);
      message.result = own.result;
      return message;
    }
    json::object error;
    if (object["error"].get_object().get(error))
      return not_a_message(text, "it has neither a result nor an error");
    std::string_view why;
    if (error["message"].get_string().get(why)) why = "";
    message.refusal = one_line(why, 200);
    if (message.refusal.empty()) message.refusal = "no reason is given";
    return message;
  }
  if (message.method != kChunkEvent) return message;
  if (object["params"]["chunk"].get_string().get(message.chunk))
    return not_a_message(text, "its chunk is no text");
  return message;
}

}  // namespace tidemark::v8
