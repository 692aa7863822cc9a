// What `VM.version` answers.
#pragma once

#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace tidemark::jvm {

struct JvmVersion {
  std::string machine;  // "OpenJDK 64-Bit Server VM version 17.0.15+6-Debian"
  std::string jdk;      // "17.0.15"; may be empty

  bool operator==(const JvmVersion&) const = default;
};

Result<JvmVersion> parse_version(std::string_view text);

}  // namespace tidemark::jvm
