#pragma once
#include "tidemark/units.h"
namespace tidemark {
class Histogram { public: void record(Duration) {} };
}
