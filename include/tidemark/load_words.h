// The words a scenario may use for its load; the loader is handed them, so
// that it knows no driver.
#pragma once

#include <string>
#include <vector>

#include "tidemark/scenario.h"

namespace tidemark {

struct EngineWords {
  std::string name;  // "websocket"
  Engine engine = Engine::kWebSocket;
  // "ws"; `plain` and `secure` by whether TLS is spoken. Each also with
  // "+unix": ws+unix:/run/chat.sock:/path
  std::vector<std::string> plain_schemes;
  std::vector<std::string> secure_schemes;
  std::vector<CloseBehavior> behaviors;  // kProvocation left out
  std::vector<std::string> provocations;
  std::vector<std::string> tls_provocations{};  // of secure schemes only
};

using LoadWords = std::vector<EngineWords>;

}  // namespace tidemark
