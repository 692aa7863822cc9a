// Any bytes as a text with {{ NAME }} in it: never a crash, errors that can
// be printed, and a text that is the same each time if it says so.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/text_template.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  VariableNames names;
  names.add("user");
  names.add("n");
  const Result<TextTemplate> parsed = TextTemplate::parse(text, names);
  if (!parsed) {
    const Error& error = parsed.error();
    if (error.kind != ErrorKind::kUsage || error.message.empty()) std::abort();
    for (char c : error.message + error.hint)
      if (static_cast<unsigned char>(c) < 0x20) std::abort();
    return 0;
  }
  // A dozen $data(16777216) are honest input, but no use here.
  if (text.find("00000") != std::string_view::npos) return 0;
  const std::vector<std::string> values{"ann"};
  Random random(1);
  const TemplateContext context{values, 1, 2, 3, random};
  std::string first, second;
  parsed->append(context, first);
  parsed->append(context, second);
  if (parsed->constant() && first != second) std::abort();
  if (text.find("{{") == std::string_view::npos && first != text) std::abort();
  return 0;
}
