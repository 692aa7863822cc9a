// A conversation with one process's inspector: calls and their answers, one
// at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "harness/runtimes/v8/loopback_socket.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::v8 {

// Takes a part of a heap snapshot; an error ends the call.
using OnChunk = std::function<Status(std::string_view)>;

// Used from one thread. After an error other than a refusal every call fails.
//
// A process that ends waits for its debuggers to leave: it is listened to
// between calls, in a thread, and left when it says so.
class Inspector {
 public:
  // `resource` as find_debugger() gives it.
  static Result<std::unique_ptr<Inspector>> connect(std::uint16_t port,
                                                    const std::string& resource,
                                                    Clock& clock,
                                                    Duration timeout,
                                                    Cancelled cancelled = {});
  virtual ~Inspector() = default;

  // Calls "Domain.method" with parameters in JSON, "{}" for none, and waits
  // for the answer's JSON. Events meanwhile are dropped, but for chunks. An
  // error when nothing at all comes for `silence`; who refuses says so after
  // the method's name.
  virtual Result<std::string> call(std::string_view method,
                                   std::string_view parameters,
                                   Duration silence,
                                   const OnChunk& on_chunk) = 0;
};

}  // namespace tidemark::v8
