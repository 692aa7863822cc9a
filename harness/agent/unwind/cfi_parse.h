// Finds and reads the call frame information (DWARF CFI in .eh_frame) that the
// compiler left in a loaded module: which bytes describe the frame at a pc.
//
// Pure: reads only between the bounds that it is given, keeps nothing, calls
// nothing, may be used in signal handlers. Malformed input gives false, never
// a read outside the bounds (tests/fuzz/cfi_fuzz.cc).
#pragma once

#include <cstddef>
#include <cstdint>

namespace tidemark::agent {

// A cursor that cannot leave its range. After a read that does not fit, ok()
// is false for good and every further read gives 0.
class ByteReader {
 public:
  ByteReader(const std::uint8_t* pos, const std::uint8_t* end)
      : pos_(pos), end_(end), ok_(pos <= end) {
    if (!ok_) pos_ = end_;
  }

  bool ok() const { return ok_; }
  bool empty() const { return pos_ == end_; }
  const std::uint8_t* pos() const { return pos_; }
  const std::uint8_t* end() const { return end_; }
  std::size_t remaining() const {
    return static_cast<std::size_t>(end_ - pos_);
  }

  std::uint8_t u8() { return fixed<std::uint8_t>(); }
  std::uint16_t u16() { return fixed<std::uint16_t>(); }
  std::uint32_t u32() { return fixed<std::uint32_t>(); }
  std::uint64_t u64() { return fixed<std::uint64_t>(); }
  std::uint64_t uleb();
  std::int64_t sleb();
  void skip(std::uint64_t bytes);
  // Moves to `bytes` from here, which may be backwards but not before `first`.
  void jump(const std::uint8_t* first, std::int64_t bytes);

 private:
  template <class T>
  T fixed() {
    if (remaining() < sizeof(T)) {
      fail();
      return 0;
    }
    T value;
    __builtin_memcpy(&value, pos_, sizeof(T));
    pos_ += sizeof(T);
    return value;
  }
  void fail() {
    ok_ = false;
    pos_ = end_;
  }

  const std::uint8_t* pos_;
  const std::uint8_t* end_;
  bool ok_;
};

struct ByteRange {
  const std::uint8_t* begin = nullptr;
  const std::uint8_t* end = nullptr;
};

// What an FDE and its CIE say about one function.
struct FrameInfo {
  std::uint64_t pc_begin = 0;
  std::uint64_t pc_end = 0;
  std::uint64_t code_align = 1;
  std::int64_t data_align = 1;
  std::uint64_t return_register = 16;
  std::uint8_t pointer_encoding = 0;  // of pc_begin, 'R' in the CIE
  bool sized_augmentation = false;    // 'z'
  bool signal_frame = false;          // 'S'
  ByteRange initial;                  // the CIE's instructions
  ByteRange program;                  // the FDE's instructions
};

// Reads one DW_EH_PE pointer. `data_base` is the address of .eh_frame_hdr.
// False for encodings that .eh_frame of x86-64 Linux does not use.
bool read_encoded(ByteReader& reader, std::uint8_t encoding,
                  std::uint64_t data_base, std::uint64_t& value);

// Reads the FDE at `fde` with its CIE; all bytes must be inside `image`.
bool read_fde(ByteRange image, const std::uint8_t* fde, FrameInfo& out);

// Searches the sorted table of .eh_frame_hdr at `header` for the function
// that contains `pc`. False: no such function, or no table of the one form
// that linkers write (datarel|sdata4).
bool find_frame(ByteRange image, const std::uint8_t* header, std::uint64_t pc,
                FrameInfo& out);

}  // namespace tidemark::agent
