// Finds out what a service speaks by starting it once and asking.
#pragma once

#include <string>
#include <vector>

#include "harness/hunt/address.h"
#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

struct Spoken {
  std::string protocol;  // "websocket"
  LoadSpec load;         // the url, and what connections may say
  bool secure = false;
};

// Every protocol that it speaks at that address, or the one that the address
// names. The service is started for it, and stopped before this returns.
// kEnvironment: it does not start, or does not speak the protocol named.
Result<std::vector<Spoken>> interview(const TargetSpec& target,
                                      const HuntAddress& address,
                                      const LoadSpec& given, Clock& clock,
                                      Cancellation& cancellation);

}  // namespace tidemark
