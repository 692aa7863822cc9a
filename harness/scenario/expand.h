// `{{ port }}`, the only variable of a scenario: the port that tidemark
// chooses for the service at start, so that no scenario needs a fixed one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// kUsage if `text` has a `{{` without `}}` or a variable other than port.
Status check_variables(std::string_view text);

// Every `{{ port }}` replaced. Blanks inside the braces do not matter. What
// check_variables() would refuse stays as it is.
std::string expand_port(std::string text, int port);

// Whether a port has to be chosen before the service starts.
bool uses_port(const Scenario& scenario);

// `scenario` with the port filled in where variables are allowed: the
// command, the values of the environment and of the headers, ready.tcp,
// ready.output and load.url.
Scenario with_port(Scenario scenario, int port);

}  // namespace tidemark
