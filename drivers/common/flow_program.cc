#include "drivers/common/flow_program.h"

#include <fmt/format.h>

#include <utility>

namespace tidemark {

using Kind = Instruction::Kind;

const Instruction& FlowCursor::next(const FlowProgram& program) {
  while (true) {
    const Instruction& instruction = program.instructions()[at];
    if (instruction.kind == Kind::kEnd) return instruction;
    ++at;
    if (instruction.kind != Kind::kRepeat) return instruction;
    std::uint32_t& done = rounds[instruction.depth];
    if (instruction.times == kForever || ++done < instruction.times) {
      at = instruction.back_to;
    } else {
      done = 0;
    }
  }
}

Status FlowProgram::add(const std::vector<Step>& steps, std::size_t depth,
                        Protocol& protocol, const VariableNames& names) {
  for (const Step& step : steps) {
    const auto place = static_cast<std::uint32_t>(code_.size());
    switch (step.kind) {
      case StepKind::kSend:
      case StepKind::kReceive: {
        Result<std::unique_ptr<Request>> request =
            protocol.prepare(step, names);
        TIDEMARK_TRY(request);
        const bool receive = step.kind == StepKind::kReceive;
        const bool echo = (*request)->generated.has_value() &&
                          step.expect.replies == ReplyRule::kEcho;
        code_.push_back({receive ? Kind::kReceive : Kind::kSend, 0,
                         static_cast<std::uint32_t>(steps_.size()), 0, 0});
        PreparedStep prepared{*std::move(request), step, {}, receive, echo};
        for (const Capture& wanted : step.captures) {
          Result<CompiledCapture> compiled = compile_capture(wanted);
          TIDEMARK_TRY(compiled);
          const auto number = static_cast<std::uint16_t>(names.find(wanted.as));
          prepared.captures.push_back({*std::move(compiled), number});
        }
        steps_.push_back(std::move(prepared));
        break;
      }
      case StepKind::kThink:
        code_.push_back({Kind::kThink, 0,
                         static_cast<std::uint32_t>(thinks_.size()), 0, 0});
        thinks_.push_back(step.think);
        break;
      case StepKind::kLoop:
        if (depth >= kMaxLoopDepth)
          return fail(
              ErrorKind::kUsage,
              fmt::format("loops are nested more than {} deep", kMaxLoopDepth),
              "write the innermost steps out");
        if (step.count == 0) break;
        TIDEMARK_TRY(add(step.steps, depth + 1, protocol, names));
        repeat(place, step.count, depth);
        break;
    }
  }
  return {};
}

// An empty loop would never come to an end or to an instruction.
void FlowProgram::repeat(std::uint32_t from, std::uint32_t times,
                         std::size_t depth) {
  if (times <= 1 || code_.size() == from) return;
  code_.push_back(
      {Kind::kRepeat, static_cast<std::uint8_t>(depth), 0, from, times});
}

Result<FlowProgram> FlowProgram::compile(const LoadSpec& flow,
                                         Protocol& protocol,
                                         const VariableNames& names) {
  FlowProgram program;
  if (!flow.flow.empty()) {
    TIDEMARK_TRY(program.add(flow.flow, 0, protocol, names));
  } else if (flow.traffic.messages > 0) {
    TIDEMARK_TRY(
        program.add({protocol.plain_step(flow.traffic)}, 0, protocol, names));
    program.repeat(0, flow.traffic.messages, 0);
  }
  program.code_.push_back({});
  return program;
}

}  // namespace tidemark
