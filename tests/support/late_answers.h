// A stand-in's engine without sockets and time: as standin::Server it answers
// only after all that one read brought was taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/common/responder.h"

namespace tidemark {

class LateAnswers final : public ResponderEvents {
 public:
  explicit LateAnswers(std::unique_ptr<StandInProtocol> protocol,
                       StandInSpec spec = {})
      : protocol_(std::move(protocol)), spec_(std::move(spec)) {
    next_client();
  }

  void next_client() {
    owed_.clear();
    responder_ = protocol_->start();
    open = true;
  }

  // One read's bytes. Unlike the server it also gives what comes behind the
  // end, which the responder must leave alone.
  void take(std::span<std::uint8_t> bytes) {
    responder_->take(bytes, *this);
    if (!waits) answer_all();
  }
  void take(std::string_view bytes) {
    // A copy of its own: ASan sees who reads beyond it, or later.
    std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
    copy.shrink_to_fit();
    take(std::span<std::uint8_t>(copy));
  }

  void answer_one() {
    if (owed_.empty()) return;
    const StandInRule* rule = owed_.front();
    owed_.pop_front();
    if (responder_->answer(rule, generated, wire)) return;
    story += "last\n";
    owed_.clear();
    open = false;
  }
  void answer_all() {
    while (!owed_.empty()) answer_one();
  }

  void asked(const Asked& request) override {
    story.append("asked `").append(request.what).append("` ");
    story.append(request.title).append("\n");
    titles.emplace_back(request.title);
    const StandInRule* fitting = nullptr;
    for (const StandInRule& rule : spec_.rules)
      if (fitting == nullptr && protocol_->fits(rule, request)) fitting = &rule;
    owed_.push_back(fitting);
  }
  void ended(std::string_view why) override {
    story.append("ended: ").append(why).append("\n");
    trouble = why;
    open = false;
  }
  std::string& out() override { return wire; }

  // What is to be sent, and all else that was told.
  std::string wire;
  std::string story;
  std::vector<std::string> titles;
  std::string trouble = "none";
  bool open = true;

  std::string generated;  // the body of rules with a size
  bool waits = false;     // nothing is answered until answer_one()

 private:
  std::unique_ptr<StandInProtocol> protocol_;
  StandInSpec spec_;
  std::unique_ptr<Responder> responder_;
  std::deque<const StandInRule*> owed_;
};

}  // namespace tidemark
