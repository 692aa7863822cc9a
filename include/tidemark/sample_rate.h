// What PprofAccess::rate (tidemark/scenario.h) may say beside a number of
// bytes.
#pragma once

#include <cstdint>

namespace tidemark {

// Whatever the service has.
inline constexpr std::uint64_t kServicesOwnRate = 0;

}  // namespace tidemark
