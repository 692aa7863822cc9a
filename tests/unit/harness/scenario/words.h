// The words of made-up drivers, enough for every rule of the loader.
#pragma once

#include "tidemark/load_words.h"

namespace tidemark {

inline const LoadWords& test_words() {
  using B = CloseBehavior;
  static const LoadWords words = {
      {"websocket",
       Engine::kWebSocket,
       {"ws"},
       {"wss"},
       {B::kGraceful, B::kReset, B::kFin, B::kCloseNoWait, B::kHalfClose,
        B::kHalfOpen, B::kStall, B::kSlowReader, B::kIgnoreClose,
        B::kAbortMidHandshake, B::kAbortMidFrame, B::kAbortMidFragment},
       {"bad_utf8", "reserved_opcode", "unmasked_frame"}},
      {"http",
       Engine::kHttp,
       {"http"},
       {"https"},
       {B::kGraceful, B::kReset, B::kFin, B::kHalfClose, B::kStall,
        B::kSlowReader, B::kAbortMidBody, B::kUnreadBody},
       {"bad_chunk", "two_lengths"}},
      {"redis",
       Engine::kRedis,
       {"redis"},
       {"rediss"},
       {B::kGraceful, B::kReset, B::kFin, B::kAbortMidCommand,
        B::kUnreadReplies, B::kSubscribedThenGone},
       {"negative_length"}},
      {"tcp",
       Engine::kTcp,
       {"tcp"},
       {"tls"},
       {B::kGraceful, B::kReset, B::kFin, B::kAbortMidMessage},
       {}},
      {"exec", Engine::kExec, {}, {}, {B::kGraceful}, {}},
  };
  return words;
}

}  // namespace tidemark
