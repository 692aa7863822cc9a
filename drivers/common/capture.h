// Takes a part of a reply as the value of a variable.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "drivers/common/conversation.h"
#include "drivers/common/pattern.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// A name or an index of `$.items[0].id`.
using JsonStep = std::variant<std::string, std::size_t>;

// A Capture, checked and made ready to be used many times. Values are shared
// freely: using one does not change it.
struct CompiledCapture {
  std::string as;
  CaptureFrom from = CaptureFrom::kBody;
  std::string header;  // kHeader
  std::optional<Pattern> pattern;
  std::vector<JsonStep> path;
};

// kUsage: a bad name, regular expression or path. A JSON path is `$`, then
// `.name`, `['name']`, `["name"]` or `[0]`, each as often as wanted.
Result<CompiledCapture> compile_capture(const Capture& capture);

// nullopt if the reply does not have it:
//   body    all of it, empty or not
//   header  of Reply::head, whatever its case; the first of several
//   regex   in the first 64 KiB of the body: the first group, or all
//   json    a text without its quotes, a number or true as it is written
//           shortest, an object or a list as JSON; null is nothing. Bodies
//           over 4 MiB or nested deeper than 256 are not looked into.
std::optional<std::string> capture(const CompiledCapture& compiled,
                                   const Reply& reply);

}  // namespace tidemark
