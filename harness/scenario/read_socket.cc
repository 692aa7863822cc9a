// What connections are made of: TLS, sockets, source addresses, and the rows
// that are handed out to them.
#include <fmt/format.h>

#include "harness/scenario/address.h"
#include "harness/scenario/sections.h"
#include "harness/scenario/text_rules.h"

namespace tidemark {
namespace {

constexpr std::size_t kMaxSourceAddresses = 4096;
constexpr Bytes kMaxSocketBuffer{1 << 30};

std::string dotted(std::uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255,
                     address >> 8 & 255, address & 255);
}

Status add_range(std::string_view text, std::vector<std::string>& addresses) {
  const std::size_t dash = text.find('-');
  const Result<std::uint32_t> first = parse_loopback_v4(text.substr(0, dash));
  TIDEMARK_TRY(first);
  std::uint32_t last = *first;
  if (dash != std::string_view::npos) {
    const Result<std::uint32_t> end = parse_loopback_v4(text.substr(dash + 1));
    TIDEMARK_TRY(end);
    last = *end;
  }
  if (last < *first)
    return refused(
        fmt::format("the range `{}` ends before it starts", printable(text)));
  if (last - *first >= kMaxSourceAddresses - addresses.size())
    return refused(
        fmt::format("wanted at most {} addresses in all", kMaxSourceAddresses));
  for (std::uint32_t address = *first; address <= last; ++address)
    addresses.push_back(dotted(address));
  return {};
}

void read_source_addresses(Section& section,
                           std::vector<std::string>& addresses) {
  std::vector<std::string> written;
  section.texts("sourceIps", written, [&addresses](const std::string& text) {
    return add_range(text, addresses);
  });
}

FeederSpec read_feeder(Section section) {
  FeederSpec feeder;
  section.require("path", "name a CSV file");
  section.text("path", feeder.path, check_not_empty);
  section.texts("fields", feeder.fields, check_variable_name);
  section.word<bool>("order", feeder.random,
                     {{"sequence", false}, {"random", true}});
  section.flag("skipHeader", feeder.skip_header);
  section.finish();
  return feeder;
}

}  // namespace

void read_certificate(Section& section, std::string& certificate_file,
                      std::string& key_file) {
  section.text("certFile", certificate_file, check_not_empty);
  section.text("keyFile", key_file, check_not_empty);
  const bool certificate = section.find("certFile") != nullptr;
  const bool key = section.find("keyFile") != nullptr;
  if (certificate == key) return;
  section.problems().add(
      section.node().at,
      fmt::format("`{}` is missing",
                  section.path(certificate ? "keyFile" : "certFile")),
      "a certificate and its key come together");
}

void read_tls(Section& parent, TlsSpec& tls, const LoadContext& context) {
  std::optional<Section> section = parent.section("tls");
  if (context.address_known && !context.secure) {
    const std::vector<std::string>& schemes = context.engine->secure_schemes;
    parent.complain(
        section->node(), "tls", "means nothing without TLS",
        schemes.empty() ? "" : fmt::format("use {}:// in the url", schemes[0]));
  }
  section->flag("rejectUnauthorized", tls.verify);
  section->text("caFile", tls.ca_file, check_not_empty);
  section->text("serverName", tls.server_name, check_not_empty);
  read_certificate(*section, tls.certificate_file, tls.key_file);
  section->finish();
}

void read_socket(Section& parent, SocketSpec& socket,
                 const LoadContext& context) {
  std::optional<Section> section = parent.section("socket");
  read_source_addresses(*section, socket.source_addresses);
  section->size("rcvbuf", socket.receive_buffer, kMaxSocketBuffer);
  section->size("sndbuf", socket.send_buffer, kMaxSocketBuffer);
  section->flag("nodelay", socket.no_delay);
  for (const char* key : {"sourceIps", "nodelay"}) {
    const Node* node = section->find(key);
    if (context.unix_socket && node != nullptr)
      section->complain(*node, key, "means nothing for a Unix socket",
                        "leave it out");
  }
  section->finish();
}

void read_payload(Section& section, std::vector<FeederSpec>& feeders) {
  const Node* node = section.find("payload");
  const std::string name = section.path("payload");
  if (node->kind == NodeKind::kMap) {
    feeders.push_back(read_feeder(Section(*node, name, section.problems())));
    return;
  }
  if (node->kind != NodeKind::kList) {
    add_mismatch(*node, name, "a list of CSV files", section.problems(),
                 "write [ { path: users.csv } ]");
    return;
  }
  for (std::size_t i = 0; i < node->items.size(); ++i)
    feeders.push_back(read_feeder(Section(
        node->items[i], fmt::format("{}[{}]", name, i), section.problems())));
}

}  // namespace tidemark
