// What an inspector says, and what calls itself one: its list of debuggers, its
// messages, the answers to evaluations.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/runtimes/v8/evaluation.h"
#include "harness/runtimes/v8/inspector_message.h"
#include "harness/runtimes/v8/inspector_place.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<std::string> place = v8::parse_listing(text);
  // It becomes a line of a request.
  if (place && (!place->starts_with('/') ||
                place->find_first_of("\r\n ") != place->npos))
    abort();
  if (v8::listing_size(text) > size + v8::kMaxListing) abort();

  v8::MessageReader reader;
  std::string first;
  for (int i = 0; i < 2; ++i) {
    const Result<v8::InspectorMessage> message = reader.read(text);
    std::string told = message ? std::string(message->chunk) + "|" +
                                     std::string(message->result)
                               : message.error().message;
    if (i == 0)
      first = std::move(told);
    else if (told != first)
      abort();  // what was read before must not matter
  }

  if (const Result<std::string> thrown = v8::parse_text(text); !thrown)
    if (thrown.error().message.find('\n') != std::string::npos) abort();
  if (const Result<v8::NodeFigures> figures = v8::parse_figures(text)) {
    if (figures->rss < Bytes{} || figures->active.size() > 32) abort();
    (void)v8::in_words(*figures);
  }
  (void)v8::parse_heap_usage(text);
  return 0;
}
