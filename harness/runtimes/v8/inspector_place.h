// Where a process's inspector is: what its port answers to GET /json/list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/runtimes/v8/loopback_socket.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::v8 {

// A longer answer is none of an inspector.
inline constexpr std::size_t kMaxListing = 64 << 10;

// The resource of the debugger's WebSocket, "/4c2bd8a4-…", out of the whole
// reply. The error says in few words why there is none.
Result<std::string> parse_listing(std::string_view reply);

// How many bytes the reply has in all, once its head is there and says it;
// 0: not known yet, or only its end tells.
std::size_t listing_size(std::string_view reply);

// Asks the port.
Result<std::string> find_debugger(std::uint16_t port, Clock& clock,
                                  Duration timeout, Cancelled cancelled = {});

}  // namespace tidemark::v8
