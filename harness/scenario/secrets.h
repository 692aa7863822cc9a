// `${ENV:NAME}` and `${FILE:path}` in passwords, tokens and header values:
// resolved when a run starts, so that a scenario holds no secret and neither
// does anything made from it before.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// The value of an environment variable, or nothing if there is none.
using EnvironmentLookup =
    std::function<std::optional<std::string>(const std::string&)>;

// kUsage if `text` has a `${` that starts neither of the two.
Status check_secrets(std::string_view text);

// Whether `text` has something to resolve.
bool has_secret(std::string_view text);

// `scenario` with its secrets filled in, for the driver and the stand-ins
// only: what is shown or recorded is made from the scenario without them.
// Files are looked for in the scenario's folder; a line end at the end of one
// is no part of the secret. Messages name fields, variables and files, never
// values.
Result<Scenario> with_secrets(Scenario scenario,
                              const EnvironmentLookup& environment);

}  // namespace tidemark
