// The environment that a service is started with. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tidemark {

using Environment = std::map<std::string, std::string>;

// "NAME=VALUE" entries, as environ(7) holds them, in a map. An entry without
// '=' is left out.
Environment parse_environment(const char* const* entries);

// `inherited`, overridden by `changes`; `preload` is put in front of what
// LD_PRELOAD then says.
std::vector<std::string> service_environment(
    Environment inherited, const Environment& changes,
    const std::vector<std::string>& preload);

}  // namespace tidemark
