#include "harness/runtimes/v8/evaluation.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "harness/base/short_text.h"

namespace tidemark::v8 {
namespace {

using nlohmann::json;

// A service has a few kinds of handles; who has more is told of the first.
constexpr std::size_t kMostKinds = 32;

tl::unexpected<Error> unusable(std::string_view result) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("the inspector answers `{}` to an evaluation",
                          one_line(result)));
}

std::string thrown(const json& answer) {
  const json& details = answer["exceptionDetails"];
  std::string text = "an exception";
  if (details.is_object()) {
    const auto exception = details.find("exception");
    const json& told = exception != details.end() && exception->is_object() &&
                               exception->contains("description")
                           ? (*exception)["description"]
                       : details.contains("text") ? details["text"]
                                                  : details;
    if (told.is_string()) text = one_line(told.get<std::string>());
  }
  return text;
}

// The value that an evaluation gave.
Result<json> value_of(std::string_view result) {
  json answer = json::parse(result, nullptr, false);
  if (!answer.is_object()) return unusable(result);
  if (answer.contains("exceptionDetails"))
    return fail(ErrorKind::kEnvironment,
                "the evaluation threw " + thrown(answer));
  const auto given = answer.find("result");
  if (given == answer.end() || !given->is_object()) return unusable(result);
  const auto value = given->find("value");
  if (value == given->end()) return unusable(result);
  return std::move(*value);
}

std::optional<std::int64_t> number_at(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return {};
  const double number = found->get<double>();
  // No machine has 2^53 bytes.
  if (!(number >= 0 && number < 9007199254740992.0)) return {};
  return static_cast<std::int64_t>(number);
}

std::string megabytes(Bytes bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes.value) / 1e6);
}

}  // namespace

const std::string_view kVersions = "process.version+' '+process.versions.v8";
const std::string_view kTurn =
    "new Promise(r=>setImmediate(()=>setImmediate(()=>r(''))))";
const std::string_view kFigures =
    "(()=>{const m=process.memoryUsage(),a={};"
    "for(const r of process.getActiveResourcesInfo?"
    "process.getActiveResourcesInfo():[])a[r]=(a[r]||0)+1;"
    "return {rss:m.rss,heapTotal:m.heapTotal,heapUsed:m.heapUsed,"
    "external:m.external,arrayBuffers:m.arrayBuffers||0,active:a}})()";

std::string evaluation_of(std::string_view expression) {
  return json{{"expression", expression},
              {"returnByValue", true},
              {"awaitPromise", true},
              {"silent", true}}
      .dump();
}

Result<std::string> parse_text(std::string_view result) {
  const Result<json> value = value_of(result);
  TIDEMARK_TRY(value);
  if (!value->is_string()) return unusable(result);
  return value->get<std::string>();
}

Result<NodeFigures> parse_figures(std::string_view result) {
  const Result<json> value = value_of(result);
  TIDEMARK_TRY(value);
  if (!value->is_object()) return unusable(result);
  NodeFigures figures;
  for (const auto& [name, into] : {std::pair{"rss", &figures.rss},
                                   {"heapTotal", &figures.heap_total},
                                   {"heapUsed", &figures.heap_used},
                                   {"external", &figures.external},
                                   {"arrayBuffers", &figures.array_buffers}}) {
    const std::optional<std::int64_t> bytes = number_at(*value, name);
    if (!bytes) return unusable(result);
    into->value = *bytes;
  }
  const auto active = value->find("active");
  if (active == value->end() || !active->is_object()) return unusable(result);
  for (const auto& [kind, count] : active->items()) {
    const std::optional<std::int64_t> number = number_at(*active, kind.c_str());
    if (!number) return unusable(result);
    if (figures.active.size() < kMostKinds)
      figures.active[one_line(kind)] = {*number};
  }
  return figures;
}

Result<Bytes> parse_heap_usage(std::string_view result) {
  const json answer = json::parse(result, nullptr, false);
  if (!answer.is_object()) return unusable(result);
  const std::optional<std::int64_t> used = number_at(answer, "usedSize");
  if (!used) return unusable(result);
  return Bytes{*used};
}

std::string in_words(const NodeFigures& figures) {
  std::string text = fmt::format(
      "rss {} MB, heap {} of {} MB in use, external {} MB, of it array "
      "buffers {} MB",
      megabytes(figures.rss), megabytes(figures.heap_used),
      megabytes(figures.heap_total), megabytes(figures.external),
      megabytes(figures.array_buffers));
  const char* between = "; active: ";
  for (const auto& [kind, count] : figures.active) {
    text += fmt::format("{}{} {}", between, count.value, kind);
    between = ", ";
  }
  return text;
}

}  // namespace tidemark::v8
