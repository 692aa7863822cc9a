#include "harness/base/address_range.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace tidemark {
namespace {

struct Special {
  const char* address;
  int prefix;
  const char* what;
};

// No range may reach into these.
constexpr Special kNever[] = {
    {"0.0.0.0", 8, "an address of this network"},
    {"169.254.0.0", 16, "a link-local address (clouds' metadata)"},
    {"224.0.0.0", 4, "a multicast address"},
    {"240.0.0.0", 4, "a reserved or broadcast address"},
    // With IPv4 addresses written as IPv6, and NAT64.
    {"::", 8, "a reserved address"},
    {"2001::", 32, "an address of a tunnel"},
    {"2002::", 16, "an address of a tunnel"},
    {"fe80::", 10, "a link-local address"},
    {"ff00::", 8, "a multicast address"},
};

// Single addresses within ranges that are otherwise a person's own.
constexpr Special kNeverWithin[] = {
    {"100.100.100.200", 32, "a cloud's metadata service"},
    {"fd00:ec2::254", 128, "a cloud's metadata service"},
};

constexpr const char* kForm = "write it as 192.0.2.0/24 or 2001:db8:1::/48";

std::optional<AddressRange> read_address(std::string_view text) {
  AddressRange range;
  const std::string address(text);
  range.v6 = text.find(':') != std::string_view::npos;
  const int family = range.v6 ? AF_INET6 : AF_INET;
  if (::inet_pton(family, address.c_str(), range.bytes.data()) != 1)
    return std::nullopt;
  range.prefix = range.v6 ? 128 : 32;
  return range;
}

AddressRange range_of(const Special& special) {
  AddressRange range = read_address(special.address).value_or(AddressRange{});
  range.prefix = special.prefix;
  return range;
}

AddressBytes bytes_of(const AddressRange& range) {
  return AddressBytes(range.bytes).first(range.v6 ? 16 : 4);
}

bool overlap(const AddressRange& a, const AddressRange& b) {
  return a.prefix <= b.prefix ? contains(a, bytes_of(b))
                              : contains(b, bytes_of(a));
}

// The same range with the bits behind its prefix zero.
AddressRange base_of(AddressRange range) {
  for (std::size_t i = 0; i < range.bytes.size(); ++i) {
    const int kept = std::clamp(range.prefix - static_cast<int>(i) * 8, 0, 8);
    range.bytes[i] &= static_cast<std::uint8_t>(0xFF00 >> kept);
  }
  return range;
}

std::string text_of(const AddressRange& range) {
  char text[INET6_ADDRSTRLEN] = "?";
  ::inet_ntop(range.v6 ? AF_INET6 : AF_INET, range.bytes.data(), text,
              sizeof(text));
  return fmt::format("{}/{}", text, range.prefix);
}

// Foreign text in a message: short and without control characters.
std::string shown(std::string_view text) {
  std::string clean(text.substr(0, 64));
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; },
      '?');
  return clean;
}

tl::unexpected<Error> refuse(std::string_view text, std::string_view why,
                             std::string hint) {
  return fail(ErrorKind::kUsage,
              fmt::format("the range `{}` is refused: {}", shown(text), why),
              std::move(hint));
}

Status check(const AddressRange& range) {
  const int widest = range.v6 ? kWidestV6 : kWidestV4;
  if (range.prefix < widest)
    return refuse(
        range.text,
        fmt::format("wanted /{} or narrower, found /{}", widest, range.prefix),
        "name the machines that you own, and no others");
  const AddressRange base = base_of(range);
  if (base.bytes != range.bytes)
    return refuse(range.text, "it has bits behind its prefix",
                  fmt::format("write {}, or /{} for the one address",
                              text_of(base), range.v6 ? 128 : 32));
  if (is_loopback(bytes_of(range)))
    return refuse(range.text, "loopback is always allowed", "leave it out");
  for (const Special& special : kNever)
    if (overlap(range, range_of(special)))
      return refuse(range.text,
                    fmt::format("it reaches into {}/{}: {}", special.address,
                                special.prefix, special.what),
                    "no option allows to load those");
  return {};
}

}  // namespace

bool contains(const AddressRange& range, AddressBytes address) {
  if (address.size() != (range.v6 ? 16U : 4U)) return false;
  for (int bit = 0; bit < range.prefix; ++bit) {
    const std::size_t byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((address[byte] & mask) != (range.bytes[byte] & mask)) return false;
  }
  return true;
}

bool is_loopback(AddressBytes address) {
  if (address.size() == 4) return address[0] == 127;
  if (address.size() != 16) return false;
  constexpr std::array<std::uint8_t, 10> kZeros{};
  if (!std::equal(kZeros.begin(), kZeros.end(), address.begin())) return false;
  if (address[10] == 0xFF && address[11] == 0xFF) return address[12] == 127;
  return std::all_of(address.begin() + 10, address.end() - 1,
                     [](std::uint8_t byte) { return byte == 0; }) &&
         address[15] == 1;
}

std::string_view why_never(AddressBytes address) {
  for (const Special& special : kNever)
    if (contains(range_of(special), address)) return special.what;
  for (const Special& special : kNeverWithin)
    if (contains(range_of(special), address)) return special.what;
  return {};
}

Result<AddressRange> parse_address_range(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  std::optional<AddressRange> range = read_address(text.substr(0, slash));
  if (!range || text.find('\0') != std::string_view::npos)
    return refuse(text, "its address is none in digits", kForm);
  const std::string_view bits = text.substr(std::min(slash + 1, text.size()));
  if (slash == text.size())
    return refuse(text, "it has no prefix",
                  fmt::format("write {} for the one address", text_of(*range)));
  int prefix = 0;
  const std::from_chars_result read =
      std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
  const bool digits = !bits.empty() && bits[0] >= '0' && bits[0] <= '9' &&
                      (bits.size() == 1 || bits[0] != '0');
  if (!digits || read.ec != std::errc() ||
      read.ptr != bits.data() + bits.size() || prefix > range->prefix)
    return refuse(text,
                  fmt::format("wanted a prefix of at most {} bits, found `{}`",
                              range->prefix, shown(bits)),
                  kForm);
  range->prefix = prefix;
  range->text = text;
  TIDEMARK_TRY(check(*range));
  return *std::move(range);
}

}  // namespace tidemark
