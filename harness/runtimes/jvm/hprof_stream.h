// A dump's bytes from front to back through a small window, so that what is
// read of a large file never stays in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/fd.h"
#include "tidemark/result.h"

namespace tidemark::jvm {

// Big-endian, as all of HPROF is. After the end of the file, or an error, all
// numbers are 0 and good() is false: asked once a record, not once a number.
class HprofStream {
 public:
  // What can be taken at once; more is skipped or taken in pieces.
  static constexpr std::size_t kWindow = std::size_t{1} << 20;

  // kEnvironment: it cannot be opened, or is no plain file.
  static Result<HprofStream> open(const std::string& path);

  // Called with the position whenever the window moves on; false stops the
  // reading as if the file ended there.
  void on_move(std::function<bool(std::uint64_t)> move) {
    move_ = std::move(move);
  }

  std::uint64_t size() const { return size_; }
  std::uint64_t position() const { return begin_ + at_; }
  bool good() const { return good_; }
  bool stopped() const { return stopped_; }
  // Why nothing could be read, unless the file simply ended.
  const std::string& complaint() const { return complaint_; }

  // Of an identifier: 4 or 8.
  void set_id_bytes(std::uint32_t bytes) { id_bytes_ = bytes; }
  std::uint32_t id_bytes() const { return id_bytes_; }

  std::uint8_t u1() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u2() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u4() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u8() { return number(8); }
  std::uint64_t id() { return number(id_bytes_); }

  // The next `bytes`, valid until the next call; null if there are not as many.
  // REQUIRES: at most kWindow.
  const std::byte* take(std::size_t bytes);

  // The same, and they stay to be read.
  const std::byte* peek(std::size_t bytes);

  void skip(std::uint64_t bytes);
  void seek(std::uint64_t position);

 private:
  HprofStream(Fd file, std::uint64_t size) : file_(std::move(file)) {
    size_ = size;
  }

  std::uint64_t number(std::size_t bytes);
  bool fill(std::size_t bytes);
  void fail_here();

  Fd file_;
  std::uint64_t size_ = 0;
  std::uint64_t begin_ = 0;  // in the file, of the window
  std::size_t at_ = 0;       // in the window
  std::size_t end_ = 0;      // of what the window has
  std::vector<std::byte> window_;
  std::uint32_t id_bytes_ = 8;
  bool good_ = true;
  bool stopped_ = false;
  std::string complaint_;
  std::function<bool(std::uint64_t)> move_;
};

// A number of 1, 2, 4 or 8 bytes.
std::uint64_t big_endian(const std::byte* from, std::size_t bytes);

}  // namespace tidemark::jvm
