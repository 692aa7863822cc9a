// URLs of every protocol: what is accepted has a host, a port if it is not a
// Unix socket, and nothing that could end a request's line; and it is read
// the same when it is written again.
//
// The first byte chooses the protocol.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/load_url.h"

namespace {

using namespace tidemark;

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string written(const LoadUrl& url) {
  if (!url.unix_path.empty())
    return url.scheme + "+unix://" + url.unix_path + ":" + url.resource;
  return url.scheme + "://" + url.authority() + url.resource;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size == 0) return 0;
  const std::vector<std::string> protocols[] = {
      {"ws", "wss"}, {"http", "https"}, {"redis", "rediss"}, {"tcp", "tls"}};
  const std::vector<std::string>& schemes = protocols[data[0] % 4];
  const std::string_view text(reinterpret_cast<const char*>(data + 1),
                              size - 1);
  const Result<LoadUrl> url = parse_load_url(text, schemes);
  if (!url) return 0;
  if (url->host.empty() || !url->resource.starts_with('/')) std::abort();
  if (url->port == 0 && url->unix_path.empty()) std::abort();
  if (!is_visible(url->resource) || !is_visible(url->authority())) std::abort();
  const Result<LoadUrl> again = parse_load_url(written(*url), schemes);
  if (!again || !(*again == *url)) std::abort();
  return 0;
}
