// `target.pprof`: where a Go service shows its profiles, and how one gets in.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "harness/scenario/address.h"
#include "harness/scenario/expand.h"
#include "harness/scenario/sections.h"
#include "harness/scenario/text_rules.h"
#include "tidemark/sample_rate.h"

namespace tidemark {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::string_view kShape =
    "http://HOST:PORT/debug/pprof/, https: or unix:/SOCKET";
// Beyond it no block of any service would be a sample.
constexpr Bytes kLargestRate{1 << 30};

Status malformed(const std::string& url, std::string_view why) {
  return refused(
      fmt::format("wanted {}, found `{}`{}", kShape, printable(url), why),
      "for example http://127.0.0.1:6060/debug/pprof/");
}

Status check_plain_url(const std::string& url) {
  const bool clean = std::all_of(url.begin(), url.end(),
                                 [](char c) { return c > ' ' && c < 0x7F; });
  if (!clean) return malformed(url, ", which has a character no URL may have");
  std::string_view rest = url;
  if (rest.starts_with("unix:")) {
    rest.remove_prefix(5);
    if (!rest.starts_with('/')) return malformed(url, " without a whole path");
    return {};
  }
  if (rest.starts_with("http://"))
    rest.remove_prefix(7);
  else if (rest.starts_with("https://"))
    rest.remove_prefix(8);
  else
    return malformed(url, "");
  rest = rest.substr(0, rest.find_first_of("/?#"));
  TIDEMARK_TRY(parse_endpoint(rest));
  return {};
}

Status check_url(const std::string& text, const VariableList& variables) {
  TIDEMARK_TRY(check_variables(text, variables));
  if (text.find('@') != std::string::npos)
    return refused(fmt::format("wanted {}, found a user name in it", kShape),
                   "use the keys `user` and `password`");
  if (text.find_first_of("?#") != std::string::npos)
    return refused(fmt::format("wanted {}, found a query in it", kShape),
                   "it is the folder of all profiles; a token is what `bearer` "
                   "is for");
  return check_plain_url(expand(text, sample_values(variables)));
}

// A text that no message and no picture of its line may show.
void read_secret(Section& section, std::string_view key, std::string& out) {
  const Node* node = section.find(key);
  if (node == nullptr) return;
  section.problems().hide(node->at);
  if (node->kind != NodeKind::kScalar || node->text.empty()) {
    section.complain(*node, key, "wanted text, or a secret",
                     "write ${ENV:NAME} or ${FILE:path}");
    return;
  }
  const bool nul = node->text.find('\0') != std::string::npos;
  if (nul || !check_header_value(node->text)) {
    section.complain(*node, key, "wanted one line of text, or a secret",
                     "write it, ${ENV:NAME} or ${FILE:path}");
    return;
  }
  out = node->text;
}

void read_rate(Section& section, PprofAccess& access) {
  const Node* node = section.find("rate");
  if (node == nullptr) return;
  if (node->kind == NodeKind::kScalar && node->text == "default") {
    access.rate = kServicesOwnRate;
    return;
  }
  if (node->kind == NodeKind::kScalar && node->text == "exact") {
    access.rate = 1;
    return;
  }
  const bool digit = node->kind == NodeKind::kScalar && !node->text.empty() &&
                     node->text[0] >= '0' && node->text[0] <= '9';
  if (!digit) {
    add_mismatch(*node, section.path("rate"), "default, exact or a size",
                 section.problems(),
                 "a size is the mean number of bytes between samples");
    return;
  }
  const std::optional<Bytes> size =
      read_size(*node, section.path("rate"), kLargestRate, section.problems());
  if (!size) return;
  if (size->value == 0) {
    section.complain(*node, "rate", "wanted at least 1 byte, found 0",
                     "a service that samples nothing has no heap profile");
    return;
  }
  access.rate = static_cast<std::uint64_t>(size->value);
}

}  // namespace

void read_pprof(Section section, PprofAccess& access,
                const VariableList& variables) {
  // What stands before an @ or in a query may be a password or a token.
  if (const Node* url = section.find("url");
      url != nullptr && url->text.find_first_of("@?#") != std::string::npos)
    section.problems().hide(url->at);
  section.text("url", access.url, [&variables](const std::string& text) {
    return check_url(text, variables);
  });
  section.text("user", access.user, [](const std::string& text) -> Status {
    TIDEMARK_TRY(check_header_value(text));
    if (text.empty() || text.find(':') != std::string::npos)
      return refused("wanted a name without a colon");
    return {};
  });
  read_secret(section, "password", access.password);
  read_secret(section, "bearer", access.bearer);
  if (const Node* bearer = section.find("bearer");
      bearer != nullptr &&
      (section.find("user") != nullptr || section.find("password") != nullptr))
    section.complain(*bearer, "bearer",
                     "wanted it or user and password, found both",
                     "a request has one of them");
  section.text("caFile", access.ca_file, check_not_empty);
  section.flag("rejectUnauthorized", access.verify);
  read_certificate(section, access.certificate_file, access.key_file);
  read_rate(section, access);
  section.duration("timeout", access.timeout, milliseconds(1), hours(1));
  section.finish();
}

}  // namespace tidemark
