// Any bytes as a regular expression, a JSON path, a header's name, and as the
// reply they are used on: never a crash, never for long. The first line is
// the pattern, the rest the reply.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "drivers/common/capture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(all.find('\n'), all.size());
  const std::string pattern(all.substr(0, end));
  const std::string_view rest = all.substr(std::min(end + 1, all.size()));
  Reply reply;
  reply.body = rest;
  reply.head = rest;
  for (CaptureFrom from : {CaptureFrom::kBody, CaptureFrom::kHeader,
                           CaptureFrom::kRegex, CaptureFrom::kJson}) {
    const Result<CompiledCapture> compiled =
        compile_capture({"x", from, pattern});
    if (!compiled) {
      if (compiled.error().message.empty()) std::abort();
      continue;
    }
    const std::optional<std::string> value = capture(*compiled, reply);
    if (value && from == CaptureFrom::kRegex &&
        rest.find(*value) == std::string_view::npos)
      std::abort();
  }
  return 0;
}
