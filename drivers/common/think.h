#pragma once
#include "drivers/common/random.h"
#include "tidemark/scenario.h"
namespace tidemark {
inline Duration draw_think(const ThinkTime& t, Random&) { return t.mean; }
}  // namespace tidemark
