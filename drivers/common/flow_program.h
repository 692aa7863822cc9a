// A flow's tree of steps as a flat list of instructions, so that a connection
// needs no more than a number and a few counters to know where it is.
//
//   flow:                        0  send    request 0
//     - send: hello              1  think   think 0
//     - loop:                    2  send    request 1
//         - think: 10ms          3  repeat  back to 1, 5 times in all, slot 0
//         - send: ping           4  think   think 1
//       count: 5
//     - think: 1s
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/common/capture.h"
#include "drivers/common/conversation.h"
#include "drivers/common/feeder.h"
#include "drivers/common/text_template.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

struct Instruction {
  enum class Kind : std::uint8_t {
    kSend,     // requests()[index]
    kReceive,  // requests()[index], of which nothing is sent
    kThink,    // thinks()[index]
    kRepeat,   // FlowCursor's own: it is never told
  };

  Kind kind = Kind::kSend;
  std::uint8_t slot = 0;    // kRepeat: which counter
  std::uint32_t index = 0;  // kRepeat: where to go back to
  std::uint32_t count = 0;  // kRepeat: how often in all

  bool operator==(const Instruction&) const = default;
};

// A kSend or kReceive step, made ready.
struct FlowRequest {
  std::unique_ptr<Request> request;  // never null
  Expect expect;
  TextTemplate contains;  // of `expect`: variables may stand in them
  TextTemplate equals;
  bool binary = true;  // of a generated body
  bool echo = false;   // a generated body, to be compared with its reply
  Duration within{};   // how long the reply is awaited
  std::vector<CompiledCapture> captures;
  std::vector<std::uint16_t> captured;  // where each goes, by VariableNames
};

class FlowProgram {
 public:
  static constexpr std::size_t kDeepest = 8;

  // Gives numbers to all variables, columns of `feeders` and captures, then
  // has `protocol` prepare each step; an empty flow stands for the load's
  // `traffic`. Loops that do nothing are left out. Requests whose reply is
  // looked into are told to keep its body. kUsage errors begin with the
  // step: "flow `api`, step 2.1: …".
  //
  // `protocol` must outlive the program.
  static Result<FlowProgram> compile(const LoadSpec& load, Protocol& protocol,
                                     VariableNames& names,
                                     std::span<const Feeder> feeders = {});

  const std::vector<Instruction>& instructions() const { return code_; }
  const std::vector<FlowRequest>& requests() const { return requests_; }
  const std::vector<ThinkTime>& thinks() const { return thinks_; }

  // Whether any step waits for what the service sends of its own accord.
  bool receives() const;

  // Whether replies mean the same while the next iteration is played: none is
  // compared with a variable, nothing is captured.
  bool replies_stand_alone() const;

  // What every connection's variables begin with, by VariableNames: those of
  // the load's `variables` have their value, the others are empty.
  const std::vector<std::string>& initial_values() const { return values_; }

 private:
  friend class FlowCompiler;

  std::vector<Instruction> code_;
  std::vector<FlowRequest> requests_;
  std::vector<ThinkTime> thinks_;
  std::vector<std::string> values_;
};

// Where a connection is in its flow. A copy looks ahead without moving.
class FlowCursor {
 public:
  // The next thing to do; null at the end of the flow, and from then on.
  // Always with the same program; valid as long as that.
  const Instruction* next(const FlowProgram& program);

  // To the beginning, for another iteration.
  void rewind() { *this = FlowCursor(); }

 private:
  std::uint32_t at_ = 0;
  std::array<std::uint32_t, FlowProgram::kDeepest> turns_{};
};

}  // namespace tidemark
