// What can be tried on a service: the ways its connections can go. Pure.
#pragma once

#include <string>
#include <vector>

#include "tidemark/load_words.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

using Ways = std::vector<WeightedClose>;

// Every way that the protocol knows, the graceful one first, then the
// behaviours, then the provocations; those of TLS where `secure`, and none
// that needs the network where it is a `unix_socket`.
Ways all_ways(const EngineWords& engine, bool secure, bool unix_socket);

// Only those that `only` names, if it names any, and none that `skip` names;
// a name is a way's, or "behaviors" or "provocations" for all of a kind. The
// graceful way stays: others are measured against it. kUsage: a name that no
// way has.
Result<Ways> chosen_ways(const Ways& ways, const std::vector<std::string>& only,
                         const std::vector<std::string>& skip);

WeightedClose graceful_way();
bool is_graceful(const WeightedClose& way);
std::vector<std::string> names_of(const Ways& ways);

}  // namespace tidemark
