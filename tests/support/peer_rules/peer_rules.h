// The rules that are run against each other.
#pragma once

#include <span>
#include <string_view>

#include "tests/support/peer_rules/peer_rule.h"

namespace tidemark::peers {

// Every rule that makes sense for one site's level: Chromium's, which compares
// sites with each other, does not.
std::span<const PeerRule> peer_rules();

// REQUIRES: there is one of that name.
const PeerRule& peer_rule(std::string_view name);

}  // namespace tidemark::peers
