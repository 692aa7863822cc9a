// Whom tidemark may load: this machine, unless two keys say more.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

// A range of addresses, as in 10.0.0.0/24 or fd00::/8.
struct AddressRange {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // the first 4 for IPv4
  int prefix = 0;                        // bits that must agree
  std::string text;

  bool operator==(const AddressRange&) const = default;
};

// Loopback and Unix sockets are always allowed. A range is allowed when the
// command line names it and the target itself agrees (see
// drivers/common/ownership.h).
struct TargetPolicy {
  std::vector<AddressRange> allowed;

  bool operator==(const TargetPolicy&) const = default;
};

}  // namespace tidemark
