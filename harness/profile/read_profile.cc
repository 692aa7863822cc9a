#include "harness/profile/read_profile.h"

#include <fmt/format.h>

#include <string>

#include "harness/profile/gzip.h"
#include "harness/profile/legacy_heap.h"
#include "harness/profile/read_pprof.h"

namespace tidemark {
namespace {

// Larger profiles there are none of; smaller bombs there are.
constexpr std::size_t kMostUnpacked = std::size_t{1} << 30;

// What it begins with, to be recognised by somebody who knows it.
std::string beginning(std::string_view bytes) {
  constexpr std::size_t kShown = 24;
  std::string shown;
  for (const char c : bytes.substr(0, kShown))
    if (c >= ' ' && c <= '~')
      shown += c;
    else
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return shown + (bytes.size() > kShown ? "…" : "");
}

// A pprof file begins with one of its fields, all of them below 16.
bool may_be_protobuf(std::string_view bytes) {
  const unsigned tag = static_cast<unsigned char>(bytes.front());
  const unsigned type = tag & 7;
  return tag >> 3 >= 1 && tag >> 3 <= 15 && (type == 0 || type == 2);
}

}  // namespace

Result<Profile> read_profile(std::string_view bytes) {
  std::string unpacked;
  if (looks_gzipped(bytes)) {
    Result<std::string> whole = gunzipped(bytes, kMostUnpacked);
    TIDEMARK_TRY(whole);
    unpacked = *std::move(whole);
    bytes = unpacked;
  }
  if (bytes.empty()) return fail(ErrorKind::kUsage, "it is empty", "");
  if (looks_like_legacy_heap(bytes)) return read_legacy_heap(bytes);
  Result<Profile> read = fail(ErrorKind::kUsage, "", "");
  if (may_be_protobuf(bytes)) read = read_pprof(bytes);
  if (read) return read;
  std::string message = fmt::format(
      "it is no profile: wanted pprof's protobuf, plain or gzip'ed, or a text "
      "that begins with `heap profile:` or `heap_v2/`; it begins with \"{}\"",
      beginning(bytes));
  if (!read.error().message.empty())
    message += fmt::format(" ({})", read.error().message);
  return fail(ErrorKind::kUsage, std::move(message), "");
}

}  // namespace tidemark
