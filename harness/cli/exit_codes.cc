#include "harness/cli/exit_codes.h"

#include <algorithm>
#include <array>

namespace tidemark {

int worse(int a, int b) {
  constexpr std::array kOrder{kExitPass, kExitInconclusive, kExitInvalid,
                              kExitLeak, kExitUsage,        kExitEnvironment,
                              kExitBug,  kExitInterrupted};
  return std::max(a, b, [&](int x, int y) {
    return std::find(kOrder.begin(), kOrder.end(), x) <
           std::find(kOrder.begin(), kOrder.end(), y);
  });
}

}  // namespace tidemark
