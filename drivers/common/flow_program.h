// A load's flow, compiled: the steps one after another, loops as jumps, and
// each request prepared by its protocol once for all connections.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "drivers/common/capture.h"
#include "drivers/common/conversation.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

inline constexpr std::size_t kMaxLoopDepth = 8;
inline constexpr std::uint32_t kForever = UINT32_MAX;  // Step::count

struct PreparedCapture {
  CompiledCapture what;
  std::uint16_t variable = 0;
};

// What is sent, or awaited without being asked for, and what must come.
struct PreparedStep {
  std::unique_ptr<Request> request;
  Step step;
  std::vector<PreparedCapture> captures;
  bool receive = false;
  bool echo = false;  // of a generated body: the engine compares
};

struct Instruction {
  enum class Kind : std::uint8_t { kSend, kReceive, kThink, kRepeat, kEnd };
  Kind kind = Kind::kEnd;
  std::uint8_t depth = 0;     // kRepeat: which counter
  std::uint32_t index = 0;    // of steps() or thinks()
  std::uint32_t back_to = 0;  // kRepeat
  std::uint32_t times = 0;    // kRepeat
};

class FlowProgram;

// Where one connection is in its flow.
struct FlowCursor {
  std::uint32_t at = 0;
  std::array<std::uint32_t, kMaxLoopDepth> rounds{};

  // The next thing to do; kEnd for ever once the flow is over.
  const Instruction& next(const FlowProgram& program);
};

// Outlives what was prepared in it. Immutable after compile().
class FlowProgram {
 public:
  // kUsage if a step means nothing to `protocol` or loops are too deep.
  // Variables that templates use must be in `names` already.
  static Result<FlowProgram> compile(const LoadSpec& flow, Protocol& protocol,
                                     const VariableNames& names);

  const std::vector<Instruction>& instructions() const { return code_; }
  const std::vector<PreparedStep>& steps() const { return steps_; }
  const std::vector<ThinkTime>& thinks() const { return thinks_; }

 private:
  FlowProgram() = default;
  Status add(const std::vector<Step>& steps, std::size_t depth,
             Protocol& protocol, const VariableNames& names);
  void repeat(std::uint32_t from, std::uint32_t times, std::size_t depth);

  std::vector<Instruction> code_;
  std::vector<PreparedStep> steps_;
  std::vector<ThinkTime> thinks_;
};

}  // namespace tidemark
