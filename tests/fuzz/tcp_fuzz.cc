// Bytes from a service, read by raw TCP conversations, and from a client,
// read by the stand-in: nothing may crash or grow without end, and where a
// reply is told by its length, the cuts must not matter.
//
//   byte 0   which steps are on the way
//   byte 1   bit 0: also those whose reply ends by its content, and each is
//            sent once more from within a reply; the whole seeds the cuts
//   rest     what comes
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/tcp/protocol.h"
#include "drivers/tcp/quoted.h"
#include "drivers/tcp/responder.h"
#include "tests/support/late_answers.h"

namespace {

using namespace tidemark;

std::vector<Step> all_steps() {
  std::vector<Step> steps(8);
  steps[0].size = Bytes{3};
  steps[0].expect.replies = ReplyRule::kEcho;
  steps[1].body = "echo";
  steps[1].expect.replies = ReplyRule::kEcho;
  steps[2].body = "x";
  steps[2].expect.size = Bytes{9};
  steps[3].body = "x";
  steps[3].expect.size = Bytes{5};
  steps[3].expect.contains = "b";
  // From here on the content decides.
  steps[4].body = "x";
  steps[4].expect.equals = "+OK\r\n";
  steps[5].body = "x";
  steps[5].expect.contains = "aab";
  steps[6].kind = StepKind::kReceive;
  steps[6].expect.contains = "220 ";
  steps[7].kind = StepKind::kReceive;
  return steps;
}

class Story final : public ConversationEvents {
 public:
  Story(std::uint8_t choice, bool by_content)
      : protocol_(*make_tcp_protocol({}, {"tcp", "127.0.0.1", 7, "/"})),
        conversation_(protocol_->start(0)),
        repeats_(by_content) {
    const std::vector<Step> steps = all_steps();
    for (std::size_t i = 0; i < (by_content ? 8 : 4); ++i) {
      if ((choice >> i & 1) == 0) continue;
      requests_.push_back(*protocol_->prepare(steps[i], names_));
      send(*requests_.back());
    }
  }

  void take(std::span<std::uint8_t> bytes) {
    conversation_->take(bytes, *this);
  }
  void end() { conversation_->take_end(*this); }

  void greeted(Status) override {}
  void replied(const Reply& reply) override {
    if (awaited_.empty()) std::abort();
    const Request* answered = awaited_.front();
    awaited_.pop_front();
    text += "<" + std::string(reply.body) + "|" + std::string(reply.error) +
            "|" + std::to_string(reply.size) + ">";
    if (repeats_ && ++again_ <= requests_.size()) send(*answered);
  }
  void pushed(const Reply& message) override { text += message.body; }
  void ended(Ending, std::string_view) override {}
  const Request* awaited() const override {
    return awaited_.empty() ? nullptr : awaited_.front();
  }
  std::string& out() override { return sent_; }
  bool alive() const override { return true; }

  std::string text;

 private:
  void send(const Request& request) {
    static const std::vector<std::string> kNone;
    const TemplateContext context{kNone, 0, 0, 0, random_};
    if (request.wants_reply) awaited_.push_back(&request);
    conversation_->send(request, {context, "ggg"}, sent_);
  }

  VariableNames names_;
  Random random_{1};
  std::unique_ptr<Protocol> protocol_;
  std::vector<std::unique_ptr<Request>> requests_;
  std::unique_ptr<Conversation> conversation_;
  std::deque<const Request*> awaited_;
  std::string sent_;
  bool repeats_;
  std::size_t again_ = 0;
};

std::string tell(std::uint8_t choice, bool by_content, std::uint64_t seed,
                 std::vector<std::uint8_t> wire) {
  Story story(choice, by_content);
  Random random(seed);
  std::span<std::uint8_t> rest(wire);
  while (!rest.empty()) {
    const std::uint32_t most =
        rest.size() < 8 ? static_cast<std::uint32_t>(rest.size()) : 8;
    const std::size_t count = seed == 0 ? rest.size() : 1 + random.below(most);
    story.take(rest.first(count));
    rest = rest.subspan(count);
  }
  story.end();
  return story.text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 2) return 0;
  const std::vector<std::uint8_t> wire(data + 2, data + size);
  const bool by_content = (data[1] & 1) != 0;
  const std::string whole = tell(data[0], by_content, 0, wire);
  const std::string pieces = tell(data[0], by_content, data[1] | 2, wire);
  if (!by_content && whole != pieces) std::abort();
  LateAnswers echo(make_tcp_responder({}));
  std::vector<std::uint8_t> copy = wire;
  echo.take(copy);
  for (const std::string& title : echo.titles)
    if (title.size() > tcp::kMaxQuoted) std::abort();
  if (!echo.open || echo.wire != std::string(wire.begin(), wire.end()))
    std::abort();
  return 0;
}
