// Flows as programs: in which order a connection does what.
#include "drivers/common/flow_program.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidemark {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct FakeRequest final : Request {
  TextTemplate text;
};

// Sends bodies as they are; a body "bad" cannot be prepared.
class FakeProtocol final : public Protocol {
 public:
  Result<std::unique_ptr<Request>> prepare(
      const Step& step, const VariableNames& names) override {
    if (step.body == "bad") return fail(ErrorKind::kUsage, "bad body", "try");
    Result<TextTemplate> text = TextTemplate::parse(step.body, names);
    TIDEMARK_TRY(text);
    std::unique_ptr<FakeRequest> request = std::make_unique<FakeRequest>();
    request->text = std::move(*text);
    return request;
  }
  Step plain_step(const Traffic& traffic) const override {
    Step step;
    step.body = traffic.binary ? "binary" : "text";
    return step;
  }
  std::unique_ptr<Conversation> start(std::uint32_t) override {
    return nullptr;
  }
  std::span<const CloseBehavior> behaviors() const override { return {}; }
  std::span<const Provocation> provocations() const override { return {}; }
  std::string describe_answer(std::string_view) const override { return ""; }
};

Step send(std::string body) {
  Step step;
  step.body = std::move(body);
  return step;
}

Step receive() {
  Step step;
  step.kind = StepKind::kReceive;
  return step;
}

Step think(Duration mean) {
  Step step;
  step.kind = StepKind::kThink;
  step.think.mean = mean;
  return step;
}

Step loop(std::uint32_t count, std::vector<Step> steps) {
  Step step;
  step.kind = StepKind::kLoop;
  step.count = count;
  step.steps = std::move(steps);
  return step;
}

class FlowProgramTest : public testing::Test {
 protected:
  Result<FlowProgram> compile(std::vector<Step> flow) {
    load_.flow = std::move(flow);
    return FlowProgram::compile(load_, protocol_, names_, feeders_);
  }

  // What a connection does, request by request: "a,b,?,(7),".
  std::string story(const FlowProgram& program) {
    FlowCursor cursor;
    std::string told;
    while (const Instruction* todo = cursor.next(program)) {
      if (todo->kind == Instruction::Kind::kThink) {
        told += "(" +
                std::to_string(program.thinks()[todo->index].mean.count()) +
                "),";
        continue;
      }
      if (todo->kind == Instruction::Kind::kReceive) told += "?";
      const FlowRequest& request = program.requests()[todo->index];
      static_cast<const FakeRequest&>(*request.request)
          .text.append({program.initial_values(), 0, 0, 0, random_}, told);
      told += ",";
      if (told.size() > 10000) return "endless";
    }
    EXPECT_EQ(cursor.next(program), nullptr);
    return told;
  }

  std::string story(std::vector<Step> flow) {
    const Result<FlowProgram> program = compile(std::move(flow));
    return program ? story(*program)
                   : program.error().message + " | " + program.error().hint;
  }

  LoadSpec load_;
  FakeProtocol protocol_;
  VariableNames names_;
  std::vector<Feeder> feeders_;
  Random random_{1};
};

TEST_F(FlowProgramTest, StepsAreDoneInOrder) {
  EXPECT_EQ(story({send("a"), think(Duration(7)), receive(), send("b")}),
            "a,(7),?,b,");
}

TEST_F(FlowProgramTest, LoopsAreRepeated) {
  EXPECT_EQ(story({loop(3, {send("a"), send("b")}), send("c")}),
            "a,b,a,b,a,b,c,");
  EXPECT_EQ(story({loop(1, {send("a")})}), "a,");
}

TEST_F(FlowProgramTest, InnerLoopsBeginAnewEachTime) {
  EXPECT_EQ(
      story({loop(2, {loop(2, {send("a")}), send("b"), loop(3, {send("c")})})}),
      "a,a,b,c,c,c,a,a,b,c,c,c,");
}

TEST_F(FlowProgramTest, LoopsThatDoNothingAreLeftOut) {
  EXPECT_EQ(story({loop(4000000000u, {}), send("a")}), "a,");
  EXPECT_EQ(story({loop(4000000000u, {loop(4000000000u, {})}), send("a")}),
            "a,");
  EXPECT_EQ(story({loop(5, {loop(0, {send("x")})}), send("a")}), "a,");
}

TEST_F(FlowProgramTest, AStepThatIsNeverDoneIsCheckedAllTheSame) {
  EXPECT_EQ(story({loop(0, {send("bad")})}), "step 1.1: bad body | try");
}

TEST_F(FlowProgramTest, EightLoopsMayBeNestedAndNotNine) {
  Step deepest = send("a");
  for (int i = 0; i < 8; ++i) deepest = loop(2, {deepest});
  std::string all;
  for (int i = 0; i < 256; ++i) all += "a,";
  EXPECT_EQ(story({deepest}), all);
  EXPECT_EQ(story({loop(2, {deepest})}),
            "step 1.1.1.1.1.1.1.1.1: loops are nested deeper than 8 | an "
            "inner loop can often be a larger count");
}

TEST_F(FlowProgramTest, WithoutAFlowTheTrafficIsSent) {
  load_.traffic.messages = 3;
  EXPECT_EQ(story(std::vector<Step>{}), "binary,binary,binary,");
  load_.traffic.messages = 1;
  load_.traffic.binary = false;
  EXPECT_EQ(story(std::vector<Step>{}), "text,");
  load_.traffic.messages = 0;
  EXPECT_EQ(story(std::vector<Step>{}), "");
}

TEST_F(FlowProgramTest, VariablesColumnsAndCapturesAreKnownToAllSteps) {
  load_.variables = {{"greeting", "hello"}};
  load_.feeders.resize(1);
  load_.feeders[0].fields = {"user"};
  feeders_.push_back(*Feeder::parse({}, "token\n1\n", "t.csv"));
  Step last = send("x");
  last.captures.push_back({"id", CaptureFrom::kBody, ""});
  EXPECT_EQ(story({send("{{ greeting }} {{ id }}{{ user }}{{ token }}"),
                   loop(2, {last})}),
            "hello ,x,x,");
  EXPECT_EQ(names_.all(),
            (std::vector<std::string>{"greeting", "user", "token", "id"}));
}

TEST_F(FlowProgramTest, ErrorsHaveThePlaceOfTheirStep) {
  EXPECT_EQ(story({send("a"), loop(2, {send("b"), send("{{ x }}")})}),
            "step 2.2: unknown variable `x` | there are no variables here");
  load_.name = "api";
  EXPECT_EQ(story({send("bad")}), "flow `api`, step 1: bad body | try");
  Step captures = send("a");
  captures.captures.push_back({"id", CaptureFrom::kJson, "x"});
  EXPECT_EQ(story({captures}),
            "flow `api`, step 1: capture `id`: JSON path `x`: wanted `$` "
            "first | for example $.items[0].id");
}

TEST_F(FlowProgramTest, WhatIsExpectedIsMadeReady) {
  load_.variables = {{"user", "ann"}};
  load_.timeouts.response = seconds(3);
  Step plain = send("a");
  Step patient = send("b");
  patient.expect.within = milliseconds(50);
  patient.expect.contains = "hi {{ user }}";
  const Result<FlowProgram> program = compile({plain, patient});
  ASSERT_TRUE(program);
  EXPECT_EQ(program->requests()[0].within, seconds(3));
  EXPECT_FALSE(program->requests()[0].request->keep_body);
  EXPECT_EQ(program->requests()[1].within, milliseconds(50));
  EXPECT_TRUE(program->requests()[1].request->keep_body);
  std::string text;
  program->requests()[1].contains.append(
      {program->initial_values(), 0, 0, 0, random_}, text);
  EXPECT_EQ(text, "hi ann");
}

TEST_F(FlowProgramTest, ABodyIsKeptIfItIsCaptured) {
  Step header = send("a"), json = send("b");
  header.captures.push_back({"h", CaptureFrom::kHeader, "Location"});
  json.captures.push_back({"j", CaptureFrom::kJson, "$.a"});
  const Result<FlowProgram> program = compile({header, json});
  ASSERT_TRUE(program);
  EXPECT_FALSE(program->requests()[0].request->keep_body);
  EXPECT_TRUE(program->requests()[1].request->keep_body);
  EXPECT_EQ(program->requests()[1].captured,
            (std::vector<std::uint16_t>{
                static_cast<std::uint16_t>(names_.find("j"))}));
}

TEST_F(FlowProgramTest, RepliesStandAloneUnlessAVariableOrACaptureTiesThem) {
  load_.variables = {{"user", "ann"}};
  Step same = send("{{ user }}"), other = send("b"), keeps = send("c");
  same.expect.contains = "hi";
  other.expect.equals = "{{ user }}";
  keeps.captures.push_back({"j", CaptureFrom::kJson, "$.a"});
  EXPECT_TRUE(compile({same})->replies_stand_alone());
  EXPECT_FALSE(compile({same, other})->replies_stand_alone());
  EXPECT_FALSE(compile({same, keeps})->replies_stand_alone());
}

TEST_F(FlowProgramTest, ACopiedCursorLooksAhead) {
  const Result<FlowProgram> program =
      compile({loop(2, {send("a"), send("b")})});
  ASSERT_TRUE(program);
  FlowCursor cursor;
  cursor.next(*program);
  FlowCursor ahead = cursor;
  EXPECT_EQ(ahead.next(*program), cursor.next(*program));
  cursor.rewind();
  std::size_t count = 0;
  while (cursor.next(*program) != nullptr) ++count;
  EXPECT_EQ(count, 4u);
}

}  // namespace
}  // namespace tidemark
