// What Redis clients should not send: the catalogue. Private to this folder.
#pragma once

#include <span>

#include "drivers/common/provocation.h"

namespace tidemark::redis {

std::span<const Provocation> catalogue();

}  // namespace tidemark::redis
