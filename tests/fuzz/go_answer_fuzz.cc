// The answer of a Go service's page: any bytes, in any pieces, are an answer,
// an error, or not enough yet.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/runtimes/go/answer_reader.h"

namespace {

constexpr std::size_t kMost = 4096;

// Whether it is an answer; its body.
bool read(std::string_view bytes, std::size_t step, std::string& body) {
  tidemark::go::AnswerReader reader(kMost);
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, step);
    if (!reader.put(piece)) return false;
    bytes.remove_prefix(piece.size());
  }
  if (!reader.end()) return false;
  if (!reader.is_done()) std::abort();
  body = reader.take().body;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string whole;
  std::string pieces;
  const bool good = read(bytes, size + 1, whole);
  if (good && whole.size() > kMost) std::abort();
  if (read(bytes, 3, pieces) != good || pieces != whole) std::abort();
  return 0;
}
