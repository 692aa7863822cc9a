// The service's side of raw TCP, for stand-ins.
#pragma once

#include <memory>

#include "drivers/common/responder.h"
#include "tidemark/scenario.h"
#include "tidemark/units.h"

namespace tidemark {

// A client that sends more before it is answered is sent away.
inline constexpr Bytes kMaxTcpUnanswered{16 << 20};

// Raw TCP has no messages: what one read brings is taken for one, and
// `when` fits if its bytes are in there. Without a rule, or with one that
// says nothing of what to answer, the answer is the same bytes; one with
// `repeat: 0` is not answered.
std::unique_ptr<StandInProtocol> make_tcp_responder(const StandInSpec& spec);

}  // namespace tidemark
