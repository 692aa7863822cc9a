// SHA-1 and base64, as the WebSocket handshake needs them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace specimen {

std::array<std::uint8_t, 20> sha1(std::string_view text);
std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace specimen
