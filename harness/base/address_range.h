// Ranges of addresses as 192.0.2.0/24, and the addresses nobody may load.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tidemark/result.h"
#include "tidemark/target_policy.h"

namespace tidemark {

// The 4 or 16 bytes of an address, in the order of the network.
using AddressBytes = std::span<const std::uint8_t>;

// Wider ranges are refused: who means so much means nothing in particular.
inline constexpr int kWidestV4 = 8;
inline constexpr int kWidestV6 = 16;

// `ADDRESS/BITS`, the bits behind the prefix zero. kUsage: another form, too
// wide, on loopback (always allowed), or with addresses that nobody may load.
Result<AddressRange> parse_address_range(std::string_view text);

bool contains(const AddressRange& range, AddressBytes address);

// 127.0.0.0/8, ::1, and the first of them written as IPv6.
bool is_loopback(AddressBytes address);

// Why the address may never be loaded, whatever is allowed: "a multicast
// address". Empty: it may. Loopback is not asked about.
std::string_view why_never(AddressBytes address);

}  // namespace tidemark
