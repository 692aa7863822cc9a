// What a raw TCP client can send that services do not expect.
#pragma once

#include <span>

#include "drivers/common/provocation.h"

namespace tidemark::tcp {

// All are `legal`: which bytes the service's own protocol allows is not known
// here, so that no answer to them is wrong.
std::span<const Provocation> provocations();

}  // namespace tidemark::tcp
