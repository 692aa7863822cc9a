// What a service answered to an illegal TLS handshake, in words.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

// "TLS ServerHello", "TLS alert protocol_version"; empty if `bytes`, the first
// that came, are no TLS record of a handshake or a whole alert. Of hostile
// services: what is returned is short and printable.
std::string describe_tls_answer(std::string_view bytes);

}  // namespace tidemark
