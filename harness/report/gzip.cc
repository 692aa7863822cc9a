#include "harness/report/gzip.h"

#include <zlib.h>

#include <array>

namespace tidemark {

std::string gzipped(std::string_view bytes) {
  constexpr int kGzip = 16;  // added to the window's bits
  z_stream stream{};
  // Fails for want of memory only, as does operator new below.
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + kGzip, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // read only
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string packed;
  std::array<char, 16384> piece;
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    state = deflate(&stream, Z_FINISH);
    packed.append(piece.data(), piece.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return packed;
}

}  // namespace tidemark
