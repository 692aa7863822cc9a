#include "drivers/common/flow_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tidemark {
namespace {

void add_captures(const std::vector<Step>& steps, std::size_t depth,
                  VariableNames& names) {
  if (depth > FlowProgram::kDeepest) return;  // refused later, with its place
  for (const Step& step : steps) {
    for (const Capture& capture : step.captures) names.add(capture.as);
    add_captures(step.steps, depth + 1, names);
  }
}

void add_names(const LoadSpec& load, std::span<const Feeder> feeders,
               VariableNames& names) {
  for (const auto& [name, value] : load.variables) names.add(name);
  for (const FeederSpec& feeder : load.feeders)
    for (const std::string& column : feeder.fields) names.add(column);
  for (const Feeder& feeder : feeders)
    for (const std::string& column : feeder.columns()) names.add(column);
  add_captures(load.flow, 0, names);
}

bool looks_into_body(const Step& step) {
  const Expect& expect = step.expect;
  return !expect.contains.empty() || !expect.equals.empty() ||
         expect.replies == ReplyRule::kEcho ||
         std::any_of(step.captures.begin(), step.captures.end(),
                     [](const Capture& capture) {
                       return capture.from != CaptureFrom::kHeader;
                     });
}

}  // namespace

class FlowCompiler {
 public:
  FlowCompiler(const LoadSpec& load, Protocol& protocol,
               const VariableNames& names)
      : load_(load), protocol_(protocol), names_(names) {}

  // `place` is that of the steps' parent: "" or "2.1.".
  Status add_steps(const std::vector<Step>& steps, const std::string& place,
                   std::size_t depth) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::string own = fmt::format("{}{}", place, i + 1);
      Status added = add_step(steps[i], own, depth);
      if (!added) return added;
    }
    return {};
  }

  FlowProgram take(std::vector<std::string> values) {
    program_.values_ = std::move(values);
    return std::move(program_);
  }

 private:
  // An error with its step.
  tl::unexpected<Error> at(const std::string& place, Error error) const {
    const std::string flow =
        load_.name.empty() ? "" : fmt::format("flow `{}`, ", load_.name);
    error.message = fmt::format("{}step {}: {}", flow, place, error.message);
    return fail(std::move(error));
  }

  std::uint32_t next_index() const {
    return static_cast<std::uint32_t>(program_.code_.size());
  }

  Status add_step(const Step& step, const std::string& place,
                  std::size_t depth) {
    switch (step.kind) {
      case StepKind::kThink:
        program_.code_.push_back(
            {Instruction::Kind::kThink, 0,
             static_cast<std::uint32_t>(program_.thinks_.size()), 0});
        program_.thinks_.push_back(step.think);
        return {};
      case StepKind::kLoop:
        return add_loop(step, place, depth);
      case StepKind::kSend:
      case StepKind::kReceive:
        break;
    }
    const Instruction::Kind kind = step.kind == StepKind::kSend
                                       ? Instruction::Kind::kSend
                                       : Instruction::Kind::kReceive;
    program_.code_.push_back(
        {kind, 0, static_cast<std::uint32_t>(program_.requests_.size()), 0});
    Status added = add_request(step);
    if (!added) return at(place, std::move(added).error());
    return {};
  }

  Status add_loop(const Step& step, const std::string& place,
                  std::size_t depth) {
    if (depth >= FlowProgram::kDeepest)
      return at(place, {ErrorKind::kUsage,
                        fmt::format("loops are nested deeper than {}",
                                    FlowProgram::kDeepest),
                        "an inner loop can often be a larger count"});
    const std::uint32_t begin = next_index();
    TIDEMARK_TRY(add_steps(step.steps, place + ".", depth + 1));
    if (step.count == 0) program_.code_.resize(begin);
    // A loop around nothing would turn without doing anything.
    if (next_index() == begin || step.count == 1) return {};
    program_.code_.push_back({Instruction::Kind::kRepeat,
                              static_cast<std::uint8_t>(depth), begin,
                              step.count});
    return {};
  }

  Status add_request(const Step& step) {
    FlowRequest made;
    for (const Capture& capture : step.captures) {
      Result<CompiledCapture> compiled = compile_capture(capture);
      TIDEMARK_TRY(compiled);
      made.captures.push_back(std::move(*compiled));
      made.captured.push_back(
          static_cast<std::uint16_t>(names_.find(capture.as)));
    }
    Result<TextTemplate> contains =
        TextTemplate::parse(step.expect.contains, names_);
    TIDEMARK_TRY(contains);
    Result<TextTemplate> equals =
        TextTemplate::parse(step.expect.equals, names_);
    TIDEMARK_TRY(equals);
    Result<std::unique_ptr<Request>> request = protocol_.prepare(step, names_);
    TIDEMARK_TRY(request);
    made.request = std::move(*request);
    made.request->keep_body |= looks_into_body(step);
    made.expect = step.expect;
    made.contains = std::move(*contains);
    made.equals = std::move(*equals);
    made.binary = step.binary;
    made.echo =
        made.request->generated.has_value() &&
        (made.request->echoes || step.expect.replies == ReplyRule::kEcho);
    made.within = step.expect.within > Duration(0) ? step.expect.within
                                                   : load_.timeouts.response;
    program_.requests_.push_back(std::move(made));
    return {};
  }

  const LoadSpec& load_;
  Protocol& protocol_;
  const VariableNames& names_;
  FlowProgram program_;
};

Result<FlowProgram> FlowProgram::compile(const LoadSpec& load,
                                         Protocol& protocol,
                                         VariableNames& names,
                                         std::span<const Feeder> feeders) {
  add_names(load, feeders, names);
  FlowCompiler compiler(load, protocol, names);
  if (load.flow.empty()) {
    Step plain;
    plain.kind = StepKind::kLoop;
    plain.count = load.traffic.messages;
    plain.steps.push_back(protocol.plain_step(load.traffic));
    TIDEMARK_TRY(compiler.add_steps({plain}, "", 0));
  } else {
    TIDEMARK_TRY(compiler.add_steps(load.flow, "", 0));
  }
  std::vector<std::string> values(names.all().size());
  for (const auto& [name, value] : load.variables)
    values[static_cast<std::size_t>(names.find(name))] = value;
  return compiler.take(std::move(values));
}

const Instruction* FlowCursor::next(const FlowProgram& program) {
  const std::vector<Instruction>& code = program.instructions();
  while (at_ < code.size()) {
    const Instruction& here = code[at_];
    if (here.kind != Instruction::Kind::kRepeat) {
      ++at_;
      return &here;
    }
    std::uint32_t& turns = turns_[here.slot];
    if (++turns < here.count) {
      at_ = here.index;
    } else {
      turns = 0;
      ++at_;
    }
  }
  return nullptr;
}

bool FlowProgram::replies_stand_alone() const {
  return std::all_of(
      requests_.begin(), requests_.end(), [](const FlowRequest& request) {
        return request.captures.empty() && request.contains.constant() &&
               request.equals.constant();
      });
}

bool FlowProgram::receives() const {
  return std::any_of(code_.begin(), code_.end(), [](const Instruction& i) {
    return i.kind == Instruction::Kind::kReceive;
  });
}

}  // namespace tidemark
