#include "harness/runtimes/jvm/version.h"

#include <fmt/format.h>

#include "harness/base/short_text.h"
#include "harness/runtimes/jvm/text_lines.h"

namespace tidemark::jvm {

Result<JvmVersion> parse_version(std::string_view text) {
  constexpr std::string_view kJdk = "JDK ";
  JvmVersion version;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (line.starts_with(kJdk))
      version.jdk = one_line(line.substr(kJdk.size()));
    else if (version.machine.empty() && line.find(" VM version ") != line.npos)
      version.machine = one_line(line, 120);
  }
  if (!version.machine.empty()) return version;
  return fail(ErrorKind::kEnvironment,
              fmt::format("VM.version answers `{}`", one_line(text)),
              "tidemark knows HotSpot, the JVM of OpenJDK");
}

}  // namespace tidemark::jvm
