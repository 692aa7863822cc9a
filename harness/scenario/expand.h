// Variables that tidemark fills in before the load starts:
//
//   {{ port }}          the port it chooses for the service, so that no
//                       scenario needs a fixed one
//   {{ NAME.port }}     the port of the stand-in NAME
//   {{ NAME.address }}  the same with its host: 127.0.0.1:PORT
//   {{ files }}         the folder with the files that are written from
//                       templates (target.files)
//
// They work in the target's command, environment, files and ready check, in
// URLs, headers and variables of flows, in commands of engine exec, in
// stand-ins, and in the texts of steps. Other names are left to the driver
// there, and are errors everywhere else.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// kUsage if `text` has a `{{` without `}}` or a variable that is not one of
// `known`.
Status check_variables(std::string_view text,
                       const std::vector<std::string>& known);

// Every variable of `values` replaced. Blanks inside the braces do not
// matter. Unknown variables and `{{{{`, which drivers read as a literal `{{`,
// stay as they are; what was filled in is not looked at again.
std::string expand(std::string_view text,
                   const std::map<std::string, std::string>& values);

// The variables of a scenario with these stand-ins; `port` only if there is a
// target to have one, `files` only if that has files.
std::vector<std::string> variable_names(
    bool has_target, bool has_files, const std::vector<std::string>& standins);

// A value for each of `known` that is valid where it belongs and nowhere
// else: a URL that is right with these is right with all.
std::map<std::string, std::string> sample_values(
    const std::vector<std::string>& known);

// Whether a port has to be chosen before the service starts.
bool uses_port(const Scenario& scenario);

// `scenario` with the service's port filled in.
Scenario with_port(Scenario scenario, int port);

// `scenario` with the folder of its files filled in.
Scenario with_files(Scenario scenario, const std::string& folder);

// `scenario` for a service that runs already, and what it says of starting and
// stopping one forgotten. kUsage if it needs a port to be chosen.
Result<Scenario> with_pid(Scenario scenario, int pid);

// `scenario` with the ports of its stand-ins, by name, filled in.
Scenario with_standins(Scenario scenario,
                       const std::map<std::string, int>& ports);

}  // namespace tidemark
