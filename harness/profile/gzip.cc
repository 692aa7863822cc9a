#include "harness/profile/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

namespace tidemark {
namespace {

constexpr int kGzip = 16;  // added to the window's bits

// zlib counts what it is given in 32 bits.
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;

class Inflater {
 public:
  explicit Inflater(std::string_view packed) : rest_(packed) {
    good_ = inflateInit2(&stream_, 15 + kGzip) == Z_OK;
  }
  ~Inflater() {
    if (good_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Empty: all is told, or it is damaged; see complaint().
  std::string_view next() {
    while (complaint_.empty()) {
      if (!good_) return stop("no memory to unpack it");
      if (ended_ && (rest_.empty() && stream_.avail_in == 0)) return {};
      if (ended_) {
        inflateReset(&stream_);
        ended_ = false;
      }
      feed();
      stream_.next_out = reinterpret_cast<Bytef*>(piece_.data());
      stream_.avail_out = static_cast<uInt>(piece_.size());
      const int state = inflate(&stream_, Z_NO_FLUSH);
      ended_ = state == Z_STREAM_END;
      const std::size_t got = piece_.size() - stream_.avail_out;
      if (state == Z_BUF_ERROR && got == 0) return stop("it is cut off");
      if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
        return stop(stream_.msg ? stream_.msg : "it is damaged");
      if (got > 0) return {piece_.data(), got};
    }
    return {};
  }

  const std::string& complaint() const { return complaint_; }

 private:
  std::string_view stop(const char* complaint) {
    complaint_ = complaint;
    return {};
  }

  void feed() {
    if (stream_.avail_in > 0) return;
    const std::size_t more = std::min(rest_.size(), kMostAtOnce);
    // Read only, whatever zlib's type says.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));
    stream_.avail_in = static_cast<uInt>(more);
    rest_.remove_prefix(more);
  }

  std::string_view rest_;
  z_stream stream_{};
  bool good_ = false;
  bool ended_ = false;
  std::string complaint_;
  std::array<char, 65536> piece_;
};

}  // namespace

bool looks_gzipped(std::string_view bytes) {
  return bytes.starts_with("\x1f\x8b");
}

Result<std::string> gunzipped(std::string_view packed, std::size_t most) {
  Inflater inflater(packed);
  std::string bytes;
  for (std::string_view piece = inflater.next(); !piece.empty();
       piece = inflater.next()) {
    if (piece.size() > most - bytes.size())
      return fail(ErrorKind::kUsage,
                  fmt::format("it unpacks to more than {} bytes", most), "");
    bytes += piece;
  }
  if (!inflater.complaint().empty())
    return fail(ErrorKind::kUsage,
                fmt::format("cannot unpack it: {}", inflater.complaint()), "");
  return bytes;
}

std::string gzipped(std::string_view bytes) {
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
