// Unusual and illegal input, by name: what a client can send that a service
// has an error path for. Each protocol has a catalogue of them, as data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "drivers/common/random.h"

namespace tidemark {

// What the bytes are made for.
struct ProvocationScene {
  std::string_view authority;      // HOST:PORT, as a Host header has it
  std::string_view resource;       // path and query
  std::string_view extra_headers;  // the load's own, "Name: value\r\n" each
  Random& random;
};

// A TLS handshake gone wrong in a way that plain bytes cannot express.
enum class TlsFault : std::uint8_t {
  kNone,
  kOldVersion,       // offers nothing above TLS 1.0
  kNoSharedCipher,   // offers one cipher that hardly anybody has
  kRefuseServer,     // ends the handshake with the alert unknown_ca
  kWrongName,        // asks for a server name that is not there
  kForeignProtocol,  // asks by ALPN for a protocol that is not there
};

struct Provocation {
  enum class When : std::uint8_t {
    kTls,    // instead of a TLS handshake
    kFirst,  // instead of what a conversation begins with
    kOpen,   // on an open connection, after the flow
  };
  enum class Then : std::uint8_t {
    kAwait,  // wait for an answer and the service's FIN, then leave
    kFin,    // FIN at once: the input is cut short
    kReset,  // RST at once
  };

  std::string_view name;     // [a-z0-9_]+, unique in its protocol
  std::string_view summary;  // one line: what is wrong with it
  When when = When::kFirst;
  Then then = Then::kAwait;
  // True if a correct service may well answer it as if nothing were wrong
  // (input that is unusual, not illegal).
  bool legal = false;
  void (*write)(const ProvocationScene& scene, std::string& out) = nullptr;
  TlsFault fault = TlsFault::kNone;  // kTls: this instead of bytes
};

}  // namespace tidemark
