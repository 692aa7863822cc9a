#include "drivers/common/tls_answer.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>

namespace tidemark {
namespace {

constexpr char kHandshake = '\x16';
constexpr std::string_view kAlert = "\x15\x03";
constexpr std::size_t kAlertSize = 7;  // header, level, description

// The name that RFC 8446 §6 has for it, or its number.
std::string alert_name(unsigned char number) {
  std::string name = SSL_alert_desc_string_long(number);
  if (name == "unknown") return fmt::format("{}", number);
  for (char& c : name) {
    if (c == ' ') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

}  // namespace

std::string describe_tls_answer(std::string_view bytes) {
  if (bytes.starts_with(kHandshake)) return "TLS ServerHello";
  if (bytes.size() < kAlertSize || !bytes.starts_with(kAlert)) return {};
  return "TLS alert " + alert_name(static_cast<unsigned char>(bytes[6]));
}

}  // namespace tidemark
